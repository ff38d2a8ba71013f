"""What both Python clients print, and the person who sits in front of them."""

import asyncio
import json
import sys

from mcp.shared.exceptions import MCPError


def run(main) -> None:
    """Runs a client with the plan that is the program's argument; a failure is told in one line."""
    try:
        asyncio.run(main(json.loads(sys.argv[1])))
    except Exception as error:
        report("connect", failure_of(error))
        sys.exit(repr(error))


def report(case: str, outcome: dict) -> None:
    print(json.dumps({"case": case} | outcome), flush=True)


def outcome_of(result) -> dict:
    """A `CallToolResult`, as it came over the wire."""
    wire = result.model_dump(mode="json", by_alias=True, exclude_none=True)
    text = [block["text"] for block in wire.get("content", []) if block["type"] == "text"]
    return {
        "isError": wire.get("isError", False),
        "structured": wire.get("structuredContent"),
        "text": text[0] if text else None,
    }


def failure_of(error: Exception) -> dict:
    """A JSON-RPC error, or whatever else went wrong."""
    for cause in causes_of(error):
        if isinstance(cause, MCPError):
            return {"error": {"code": cause.code, "message": cause.message}}
    return {"error": {"message": repr(error)}}


def causes_of(error: BaseException):
    """The error itself, or what is in a group of them, and what each was raised for."""
    if isinstance(error, BaseExceptionGroup):
        for one in error.exceptions:
            yield from causes_of(one)
        return
    yield error
    if error.__cause__ is not None:
        yield from causes_of(error.__cause__)


class Person:
    """Who is asked to confirm a call: says what the plan says, and notes what they read."""

    def __init__(self, says: str):
        self.says = says
        self.asked = []

    def answer(self, message: str) -> tuple[str, dict | None]:
        self.asked.append(message)
        return ("accept", {"confirm": True}) if self.says == "accept" else ("decline", None)

    def read(self) -> dict:
        """What they were asked since the last time."""
        asked, self.asked = self.asked, []
        return {"asked": asked}
