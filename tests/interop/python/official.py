"""The official Python client. Takes a plan as its argument, prints one line of JSON per call."""

from mcp import Client, StdioServerParameters
from mcp.shared.exceptions import MCPError

from outcome import outcome_of, report, run


async def main(plan: dict) -> None:
    server = plan["server"]
    target = server["url"] if "url" in server else StdioServerParameters(**server)
    async with Client(target, mode=plan["mode"], read_timeout_seconds=20) as client:
        listed = await client.list_tools()
        report("list", {"tools": [tool.name for tool in listed.tools]})
        for call in plan["calls"]:
            try:
                result = await client.call_tool(call["tool"], call["arguments"])
                report(call["case"], outcome_of(result))
            except MCPError as error:
                report(call["case"], {"error": {"code": error.code, "message": error.message}})


run(main)
