"""The official Python client. Takes a plan as its argument, prints one line of JSON per call."""

from contextlib import AsyncExitStack

from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client
from mcp_types import ElicitResult

from outcome import Person, failure_of, outcome_of, report, run


async def main(plan: dict) -> None:
    person = Person(plan["person"]) if plan["person"] else None

    async def elicit(_, params) -> ElicitResult:
        action, content = person.answer(params.message)
        return ElicitResult(action=action, content=content)

    async with AsyncExitStack() as stack:
        server = plan["server"]
        if "url" in server:
            http = await stack.enter_async_context(create_mcp_http_client(server["headers"]))
            target = streamable_http_client(server["url"], http_client=http)
        else:
            target = StdioServerParameters(**server)
        client = await stack.enter_async_context(
            Client(
                target,
                mode=plan["mode"],
                read_timeout_seconds=20,
                elicitation_callback=elicit if person else None,
            )
        )
        listed = await client.list_tools()
        report("list", {"tools": [tool.name for tool in listed.tools]})
        for call in plan["calls"]:
            try:
                outcome = outcome_of(await client.call_tool(call["tool"], call["arguments"]))
            except Exception as error:
                outcome = failure_of(error)
            report(call["case"], outcome | (person.read() if person else {}))


run(main)
