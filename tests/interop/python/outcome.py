"""What both Python clients print."""

import asyncio
import json
import sys


def run(main) -> None:
    """Runs a client with the plan that is the program's argument; a failure is told in one line."""
    try:
        asyncio.run(main(json.loads(sys.argv[1])))
    except Exception as error:
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
