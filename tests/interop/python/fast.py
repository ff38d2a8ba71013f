"""The `fastmcp` client. Takes a plan as its argument, prints one line of JSON per call.

Its `call_tool` turns a tool error into an exception and a structured result into an object, so the
calls are made with `call_tool_mcp`, which shows the result as it came.
"""

from fastmcp import Client
from fastmcp.client.elicitation import ElicitResult
from fastmcp.client.transports import StdioTransport, StreamableHttpTransport

from outcome import Person, failure_of, outcome_of, report, run


async def main(plan: dict) -> None:
    person = Person(plan["person"]) if plan["person"] else None

    async def elicit(message, *_) -> ElicitResult:
        action, content = person.answer(message)
        return ElicitResult(action=action, content=content)

    server = plan["server"]
    target = (
        StreamableHttpTransport(**server)
        if "url" in server
        else StdioTransport(**server, keep_alive=False)
    )
    async with Client(target, timeout=20, elicitation_handler=elicit if person else None) as client:
        report("list", {"tools": [tool.name for tool in await client.list_tools()]})
        for call in plan["calls"]:
            try:
                outcome = outcome_of(await client.call_tool_mcp(call["tool"], call["arguments"]))
            except Exception as error:
                outcome = failure_of(error)
            report(call["case"], outcome | (person.read() if person else {}))


run(main)
