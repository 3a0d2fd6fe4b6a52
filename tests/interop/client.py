"""The Python SDK, steered over standard input and output: one line of JSON is one command, one line its answer."""

import asyncio
import json
import sys

import httpx2
from mcp import Client
from mcp.client.auth import AuthorizationCodeResult, OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import OAuthClientMetadata
from pydantic import AnyUrl

REDIRECT = "http://127.0.0.1:1/callback"


class Lines:
    """What is said to and by the other side."""

    async def open(self):
        self.reader = asyncio.StreamReader()
        protocol = asyncio.StreamReaderProtocol(self.reader)
        await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, sys.stdin)

    async def read(self):
        line = await self.reader.readline()
        return json.loads(line) if line else None

    def write(self, message):
        print(json.dumps(message), flush=True)


class Storage:
    """Keeps the registration and the tokens in memory."""

    tokens = None
    client = None

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens):
        self.tokens = tokens

    async def get_client_info(self):
        return self.client

    async def set_client_info(self, client_info):
        self.client = client_info


async def main():
    url, mode = sys.argv[1:]
    lines = Lines()
    await lines.open()
    callback = {}

    async def log_in(authorization_url):
        lines.write({"log_in": authorization_url})
        callback.update(await lines.read())

    async def called_back():
        return AuthorizationCodeResult(**callback)

    metadata = OAuthClientMetadata(
        client_name="interop",
        redirect_uris=[AnyUrl(REDIRECT)],
        grant_types=["authorization_code", "refresh_token"],
        response_types=["code"],
        token_endpoint_auth_method="none",
        application_type="native",
    )
    auth = OAuthClientProvider(url, metadata, Storage(), log_in, called_back)
    async with httpx2.AsyncClient(auth=auth) as http:
        async with Client(streamable_http_client(url, http_client=http), mode=mode) as client:
            lines.write({"ok": None})
            while (command := await lines.read()) is not None:
                try:
                    lines.write({"ok": await obey(command, client, auth)})
                except Exception as error:
                    lines.write({"error": repr(error)})


async def obey(command, client, auth):
    match command["do"]:
        case "tools":
            return [tool.name for tool in (await client.list_tools()).tools]
        case "call":
            result = await client.call_tool(command["name"], command["arguments"])
            return json.loads(result.model_dump_json(by_alias=True))
        case "spoil":
            auth.context.current_tokens.access_token = "not-a-token"


asyncio.run(main())
