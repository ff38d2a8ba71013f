"""The `fastmcp` client. Takes a plan as its argument, prints one line of JSON per call.

Its `call_tool` turns a tool error into an exception and a structured result into an object, so the
calls are made with `call_tool_mcp`, which shows the result as it came.
"""

from fastmcp import Client
from fastmcp.client.transports import StdioTransport
from mcp.shared.exceptions import MCPError

from outcome import outcome_of, report, run


async def main(plan: dict) -> None:
    server = plan["server"]
    target = server["url"] if "url" in server else StdioTransport(**server, keep_alive=False)
    async with Client(target, timeout=20) as client:
        report("list", {"tools": [tool.name for tool in await client.list_tools()]})
        for call in plan["calls"]:
            try:
                result = await client.call_tool_mcp(call["tool"], call["arguments"])
                report(call["case"], outcome_of(result))
            except MCPError as error:
                report(call["case"], {"error": {"code": error.code, "message": error.message}})


run(main)
