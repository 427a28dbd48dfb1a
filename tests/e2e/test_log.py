"""The log: every line has its form, and nobody finds a message or a secret in it."""

import json
import re

from e2e_client import GROUP, Live, live_test
from e2e_server import PASSWORD, Refused, Server, new_id, wait_until

import pytest

BODY = "the words of a message that nobody else may read"


@live_test()
async def test_no_message_password_or_token_is_logged_at_any_level(tmp_path):
    with Server(tmp_path / "data", "--log-level", "debug", "--log-format", "json") as server:
        anna, bert = server.sign_up(), server.sign_up()
        secrets = {PASSWORD, BODY, "Secret title", "another password", "wrong password"}
        with pytest.raises(Refused):
            server.call("POST", "/v1/auth/sign-in", {"handle": anna.handle, "password": "wrong password"})
        group = new_id()
        async with await Live.open(anna) as live:
            secrets.add(live.welcome["resumeToken"])
            await live.command(group, createChannel={"kind": GROUP, "title": "Secret title", "members": [bert.account]})
            await live.command(group, post={"content": {"text": BODY}})
            await live.socket.send('{"request": 9, "nonsense": "' + BODY + '"}')
            await live.socket.send('{"nonsense": "' + BODY)
            await live.closed()
        anna.call("POST", "/v1/account/password", {"oldPassword": PASSWORD, "newPassword": "another password"})
        for person in (anna, bert):
            person.take(server.call("POST", "/v1/auth/refresh", {"refreshToken": person.refresh_token}))
            secrets |= {person.token, person.refresh_token}
        server.request("POST", "/v1/auth/sign-in", b'{"password": "' + BODY.encode() + b'"', headers={
            "Content-Type": "application/json"})
        assert server.stop() == 0
        wait_until(lambda: any("stopped" in line for line in server.errors), "the last line")
        for secret in secrets:
            assert secret not in server.log(), secret
        for line in server.errors:
            event = json.loads(line)
            assert re.fullmatch("[a-z][a-z0-9_]*", event["event"]), line
