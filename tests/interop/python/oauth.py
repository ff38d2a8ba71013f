"""The official Python client with its OAuth provider, starting without a token.

Takes a plan as its argument, prints one line of JSON per step: what came of it, what was asked of
the authorization server so far, and what the token in use is good for.
"""

from urllib.parse import parse_qs, urlsplit

import httpx2
from mcp import Client
from mcp.client.auth import AuthorizationCodeResult, OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client
from mcp.shared.auth import OAuthClientMetadata
from mcp.shared.exceptions import MCPError

from outcome import outcome_of, report, run

# Nothing listens here: the code is taken from where the redirect points to.
REDIRECT = "http://127.0.0.1:1/callback"


class Storage:
    """Keeps what the provider stores, as a program would on disk."""

    tokens = None
    client = None

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens) -> None:
        self.tokens = tokens

    async def get_client_info(self):
        return self.client

    async def set_client_info(self, client) -> None:
        self.client = client


class Browser:
    """A person's browser, whose owner approves at once."""

    def __init__(self) -> None:
        self.asked = []
        self.sent_back = {}

    async def open(self, url: str) -> None:
        self.asked.append(first_values(url).get("scope"))
        async with httpx2.AsyncClient() as http:
            answer = await http.get(url)
        if answer.status_code != 302:
            raise RuntimeError(f"the authorization server says {answer.status_code} {answer.text}")
        self.sent_back = first_values(answer.headers["location"])

    async def come_back(self) -> AuthorizationCodeResult:
        return AuthorizationCodeResult(**self.sent_back)


def first_values(url: str) -> dict:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


async def step_of(client: Client, step: dict) -> dict:
    if "tool" not in step:
        listed = await client.list_tools()
        return {"tools": sorted(tool.name for tool in listed.tools)}
    try:
        return outcome_of(await client.call_tool(step["tool"], step["arguments"]))
    except MCPError as error:
        return {"error": {"code": error.code, "message": error.message}}


async def main(plan: dict) -> None:
    url = plan["server"]["url"]
    storage, browser = Storage(), Browser()
    provider = OAuthClientProvider(
        server_url=url,
        client_metadata=OAuthClientMetadata(client_name="interop", redirect_uris=[REDIRECT]),
        storage=storage,
        redirect_handler=browser.open,
        callback_handler=browser.come_back,
    )
    async with create_mcp_http_client(auth=provider) as http:
        transport = streamable_http_client(url, http_client=http)
        # Lists change with the token here, and are wanted as they are.
        async with Client(
            transport, mode=plan["mode"], read_timeout_seconds=20, cache=None
        ) as client:
            for step in plan["steps"]:
                if step.get("expired"):
                    provider.context.token_expiry_time = 1
                before = storage.tokens
                outcome = await step_of(client, step)
                report(
                    step["case"],
                    outcome
                    | {
                        "asked": browser.asked,
                        "scope": storage.tokens.scope,
                        "renewed": bool(before)
                        and before.access_token != storage.tokens.access_token,
                    },
                )


run(main)
