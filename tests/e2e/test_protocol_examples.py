"""docs/protocol.md shows one example of every frame. They are taken from here: a chat with the real server is written
down, ids and times replaced by names, and has to be what the page shows. PARLEY_WRITE_EXAMPLES=1 writes them anew."""

import asyncio
import base64
import hashlib
import json
import os
import re
import subprocess
import sys

from e2e_client import DIRECT, GROUP, Live, live_test, number
from e2e_proto import events_pb2, frames_pb2
from e2e_raw import Raw
from e2e_server import ROOT, Server, limits, new_id, uuid_text

PAGE = ROOT / "docs" / "protocol.md"
WIDTH = 110
LIMITS_SHOWN = 3

TIMES = {"time", "headTime", "since", "deliveredAt", "readAt", "lastSeen", "sessionEnds", "expires"}
NAMED = {"sendId": "<send_id>", "session": "<session>", "resumeToken": "<resume token>", "accessToken": "<access token>",
         "digest": "<digest>", "page": "<page>", "nextPage": "<page>", "incarnation": "<incarnation>",
         "secretHash": "<SHA-256 of the secret>", "secret": "<secret>", "invitation": "<invitation>", "server": "parleyd"}
IDS = {"account", "accounts", "channelId", "channelIds", "device", "peer", "members", "mentions", "by", "to", "newOwner"}


class Examples:
    """The first frame kept under a name stays."""

    def __init__(self):
        self.names = {}  # of ids
        self.kept = {}

    def keep(self, name, value):
        self.kept.setdefault(name, self.normal(value))

    def normal(self, value, field=""):
        if isinstance(value, dict):
            return {name: self.normal(inner, name) for name, inner in value.items()}
        if isinstance(value, list):
            shown = value[:LIMITS_SHOWN] if field == "limits" else value
            return [self.normal(inner, field) for inner in shown]
        if field in TIMES:
            return "1760000000000"
        if field == "version" and isinstance(value, str):
            return "<version>"
        if field in NAMED:
            return NAMED[field]
        if field in IDS and isinstance(value, str) and not value.isdigit():
            assert value in self.names, f"{field} {value} has no name yet"
            return self.names[value]
        return value

    def keep_event(self, event):
        self.keep(f"event.{next(name for name in event['header'] if name in EVENTS)}", event)


def bodies(message):
    return [field.json_name for field in message.DESCRIPTOR.oneofs_by_name["body"].fields]


COMMANDS = bodies(frames_pb2.Command)
EVENTS = bodies(events_pb2.EventHeader)
EVERY_NAME = {*(f"client.{name}" for name in bodies(frames_pb2.ClientFrame) if name != "command"),
              *(f"command.{name}" for name in COMMANDS), *(f"server.{name}" for name in bodies(frames_pb2.ServerFrame)),
              *(f"event.{name}" for name in EVENTS)}


class Speaker:
    """A live connection whose requests and answers become examples."""

    def __init__(self, live, examples):
        self.live, self.examples = live, examples

    async def ask(self, **body):
        future = await self.live.start(**body)
        frame = {"request": self.live._next, **body}
        kind = next(iter(body))
        if kind == "command":
            self.examples.keep(f"command.{next(name for name in body['command'] if name in COMMANDS)}", frame)
        else:
            self.examples.keep(f"client.{kind}", frame)
        answer = await asyncio.wait_for(future, 20)
        kind = next(name for name in answer if name != "request")
        self.examples.keep("server.outcome.refused" if "refused" in answer[kind] else f"server.{kind}", answer)
        return answer[kind]

    async def command(self, channel=None, **body):
        """The seq; 0 where it was refused."""
        command = {"channelId": channel} if channel else {}
        return number((await self.ask(command={**command, "sendId": new_id(), **body})).get("seq"))

    async def pushed(self, kind, where=lambda body: True):
        body = await self.live.pushed(kind, where)
        self.examples.keep(f"server.{kind}", {kind: body})


def in_order(server, handle, after=None):
    """A person whose id comes after the other's, so that lists of members have one order."""
    while True:
        tokens_of = server.sign_up(f"{handle}{os.urandom(3).hex()}", displayName=handle.title(), deviceName="laptop")
        if after is None or base64.b64decode(tokens_of.account) > base64.b64decode(after.account):
            return tokens_of


async def own_channels(live):
    """The channels that the server makes for an account, once they are there."""
    while True:
        rows = {row["kind"]: row["channelId"] for row in (await live.inbox())[0].values()}
        if {"CHANNEL_KIND_SELF", "CHANNEL_KIND_ACCOUNT"} <= rows.keys():
            return rows


async def chat(server, examples):
    names = examples.names
    anna = in_order(server, "anna")
    bert = in_order(server, "bert", anna)
    cara = in_order(server, "cara", bert)
    phone = bert.another_device(deviceName="phone")
    names.update({anna.account: "<anna>", bert.account: "<bert>", cara.account: "<cara>"})
    names.update({anna.device: "<anna's laptop>", bert.device: "<bert's laptop>", cara.device: "<cara's laptop>",
                  phone.device: "<bert's phone>"})
    lives = [await Live.open(person) for person in (anna, bert, cara, phone)]
    a, b, c, other = (Speaker(live, examples) for live in lives)
    hello = {"version": 1, "accessToken": anna.token, "client": "my-client 0.1"}
    examples.keep("client.hello", {"request": 1, "hello": hello})
    examples.keep("server.welcome", {"request": "1", "welcome": a.live.welcome})
    own = await own_channels(a.live)
    names[own["CHANNEL_KIND_ACCOUNT"]] = "<anna's account channel>"

    await direct_and_group(anna, bert, a, b, other, names)
    group = next(channel for channel, name in names.items() if name == "<walks>")
    direct = next(channel for channel, name in names.items() if name == "<anna and bert>")
    await who_may_what(cara, bert, a, c, group)
    await other_modes(server, anna, phone, a, direct, group, examples)
    await block(anna, bert, a, b, direct, own["CHANNEL_KIND_ACCOUNT"], examples)
    for event in await a.live.whole_history(group):
        event.pop("annotation", None)
        if "contentState" not in event:
            examples.keep_event(event)
    await asyncio.gather(*(live.close() for live in lives))


async def direct_and_group(anna, bert, a, b, other, names):
    direct = await b.live.direct(anna)
    names[direct] = "<anna and bert>"
    await a.ask(watch={"accounts": [bert.account]})
    await a.ask(setActive={"active": True})
    group = new_id()
    names[group] = "<walks>"
    create = {"kind": GROUP, "title": "Walks", "description": "Every Sunday at ten", "members": [bert.account]}
    await a.command(group, createChannel=create)
    await b.live.event(group)
    _, version = await a.live.inbox()
    await a.command(group, post={"content": {"text": "Who comes along on Sunday?"}})
    await b.pushed("events", lambda body: body["channelId"] == group)
    await a.ask(getInbox={"version": version})
    await a.ask(typing={"channelId": group, "on": True})
    await b.pushed("typingNow")

    speak = {"content": {"text": "I do, and Anna brings cake"}, "replyTo": 2, "mentions": [anna.account]}
    reply = number((await b.live.command(group, post=speak))["seq"])
    await a.command(group, react={"target": reply, "content": {"text": "🎂"}})
    await a.command(group, edit={"target": 2, "content": {"text": "Who comes along on Sunday at ten?"}})
    gone = await a.command(group, post={"content": {"text": "wrong window"}})
    await a.command(group, delete={"targets": [gone]})
    assert await a.command(group, edit={"target": 3, "content": {"text": "not mine"}}) == 0

    await b.ask(moveCursor={"channelId": group, "delivered": 5, "read": 2})
    await other.pushed("registersChanged", lambda body: body["channelId"] == group)
    await a.pushed("receiptsMoved", lambda body: body["channelId"] == group and body.get("readByAll") == "2")
    await a.ask(getReceipts={"channelId": group, "seq": 2})
    await b.ask(setRegisters={"channelId": group, "pinned": True, "mutedUntil": -1})
    await b.ask(hideMessages={"channelId": group, "from": gone, "to": gone})
    await a.ask(getHistory={"channelId": group, "from": 2, "to": 4})
    await a.ask(getVersions={"channelId": group, "seq": 2})
    await a.ask(getContent={"channelId": group, "seq": 3})
    await a.ask(getHistory={"channelId": group, "to": 900})


async def who_may_what(cara, bert, a, c, group):
    settings = {"post": "WHO_MEMBERS", "add": "WHO_MEMBERS", "rename": "WHO_ADMINS", "historyFromStart": True}
    secret = os.urandom(16)
    secret_hash = base64.b64encode(hashlib.sha256(secret).digest()).decode()
    invitation = {"invitation": new_id(), "secretHash": secret_hash, "expires": 4102444800000, "uses": 5}
    await a.command(group, describe={"title": "Long walks"})
    await a.command(group, changeSettings={"settings": settings})
    await a.command(group, addMembers={"accounts": [cara.account]})
    await a.command(group, removeMember={"account": cara.account})
    await a.command(group, setRole={"account": bert.account, "role": "ROLE_ADMIN"})
    await a.command(group, createInvitation=invitation)
    await a.ask(getChannel={"channelId": group})
    await c.command(group, join={"secret": base64.b64encode(secret).decode()})
    await a.command(group, revokeInvitation={"invitation": invitation["invitation"]})
    await c.command(group, leave={})
    await a.command(group, cryptoCommit={"epoch": 0, "content": {"data": "b3BhcXVl", "type": "application/mls"}})
    await a.command(group, handOver={"to": bert.account})


async def other_modes(server, anna, phone, a, direct, group, examples):
    heads = Speaker(await Live.open(phone, mode="MODE_HEADS_ONLY"), examples)
    opened = Speaker(await Live.open(phone, mode="MODE_OPEN_CHANNELS"), examples)
    await opened.ask(openChannels={"channelIds": [group]})
    seq = await a.live.post(direct, "only a head for some")
    await heads.pushed("heads", lambda body: body["heads"][0]["head"] == str(seq) and len(body["heads"]) == 1)
    fresh = server.call("POST", "/v1/auth/refresh", {"refreshToken": anna.refresh_token})
    await a.ask(newToken={"accessToken": fresh["accessToken"]})
    await asyncio.gather(heads.live.close(), opened.live.close())


async def block(anna, bert, a, b, direct, account_channel, examples):
    anna.call("PUT", f"/v1/blocks/{uuid_text(bert.account)}")
    examples.keep_event(await a.live.event(account_channel, lambda e: e["header"].get("noted", {}).get("what") == "blocks"))
    examples.keep_event(await b.live.event(direct, lambda event: "blockSet" in event["header"]))


async def resync(data, examples):
    """A session that did not read, and that missed something besides events."""
    with Server(data, *limits(outbox_bytes=16384)) as server:
        anna, slow = server.sign_up(), server.sign_up()
        async with await Live.open(anna) as a, await Live.open(slow) as awake:
            channel = await a.direct(slow)
            with Raw(server, receive_buffer=4096) as raw:
                raw.open().hello(slow)
                for _ in range(250):
                    await a.post(channel, "x" * 15000)
                await awake.ask(setRegisters={"channelId": channel, "pinned": True})

                def read():
                    while "resync" not in (told := raw.read_json()):
                        pass
                    return told

                examples.keep("server.resync", await asyncio.to_thread(read))


# ---- the page -------------------------------------------------------------------------------------------------------


def pretty(value, indent=0, before=0):
    """JSON, as few lines as fit the width. `before` is what stands on the line already."""
    line = json.dumps(value, ensure_ascii=False)
    if indent + before + len(line) <= WIDTH or not isinstance(value, (dict, list)) or not value:
        return line
    inner = " " * (indent + 2)
    if isinstance(value, dict):
        parts = [f"{json.dumps(name)}: {pretty(one, indent + 2, len(name) + 5)}" for name, one in value.items()]
    else:
        parts = [pretty(one, indent + 2, 1) for one in value]
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    return f"{opening}\n" + ",\n".join(inner + part for part in parts) + f"\n{' ' * indent}{closing}"


SHOWN = 3

TIMES = {"time", "headTime", "since", "deliveredAt", "readAt", "lastSeen", "sessionEnds", "expires"}
NAMED = {"sendId": "<send_id>", "session": "<session>", "resumeToken": "<resume token>", "accessToken": "<access token>",
         "digest": "<digest>", "page": "<page>", "nextPage": "<page>", "incarnation": "<incarnation>",
         "secretHash": "<SHA-256 of the secret>", "secret": "<secret>", "invitation": "<invitation>", "server": "parleyd"}
IDS = {"account", "accounts", "channelId", "channelIds", "device", "peer", "members", "mentions", "by", "to", "newOwner"}


class Examples:
    """The first frame kept under a name stays."""

    def __init__(self):
        self.names = {}  # of ids
        self.kept = {}

    def keep(self, name, value):
        self.kept.setdefault(name, self.normal(value))

    def normal(self, value, field=""):
        if isinstance(value, dict):
            return {name: self.normal(inner, name) for name, inner in value.items()}
        if isinstance(value, list):
            shown = value[:LIMITS_SHOWN] if field == "limits" else value
            return [self.normal(inner, field) for inner in shown]
        if field in TIMES:
            return "1760000000000"
        if field == "version" and isinstance(value, str):
            return "<version>"
        if field in NAMED:
            return NAMED[field]
        if field in IDS and isinstance(value, str) and not value.isdigit():
            assert value in self.names, f"{field} {value} has no name yet"
            return self.names[value]
        return value

    def keep_event(self, event):
        self.keep(f"event.{next(name for name in event['header'] if name in EVENTS)}", event)


def bodies(message):
    return [field.json_name for field in message.DESCRIPTOR.oneofs_by_name["body"].fields]


COMMANDS = bodies(frames_pb2.Command)
EVENTS = bodies(events_pb2.EventHeader)
EVERY_NAME = {*(f"client.{name}" for name in bodies(frames_pb2.ClientFrame) if name != "command"),
              *(f"command.{name}" for name in COMMANDS), *(f"server.{name}" for name in bodies(frames_pb2.ServerFrame)),
              *(f"event.{name}" for name in EVENTS)}


class Speaker:
    """A live connection whose requests and answers become examples."""

    def __init__(self, live, examples):
        self.live, self.examples = live, examples

    async def ask(self, **body):
        future = await self.live.start(**body)
        frame = {"request": self.live._next, **body}
        kind = next(iter(body))
        if kind == "command":
            self.examples.keep(f"command.{next(name for name in body['command'] if name in COMMANDS)}", frame)
        else:
            self.examples.keep(f"client.{kind}", frame)
        answer = await asyncio.wait_for(future, 20)
        kind = next(name for name in answer if name != "request")
        self.examples.keep("server.outcome.refused" if "refused" in answer[kind] else f"server.{kind}", answer)
        return answer[kind]

    async def command(self, channel=None, **body):
        """The seq; 0 where it was refused."""
        command = {"channelId": channel} if channel else {}
        return number((await self.ask(command={**command, "sendId": new_id(), **body})).get("seq"))

    async def pushed(self, kind, where=lambda body: True):
        body = await self.live.pushed(kind, where)
        self.examples.keep(f"server.{kind}", {kind: body})


def in_order(server, handle, after=None):
    """A person whose id comes after the other's, so that lists of members have one order."""
    while True:
        tokens_of = server.sign_up(f"{handle}{os.urandom(3).hex()}", displayName=handle.title(), deviceName="laptop")
        if after is None or base64.b64decode(tokens_of.account) > base64.b64decode(after.account):
            return tokens_of


async def own_channels(live):
    """The channels that the server makes for an account, once they are there."""
    while True:
        rows = {row["kind"]: row["channelId"] for row in (await live.inbox())[0].values()}
        if {"CHANNEL_KIND_SELF", "CHANNEL_KIND_ACCOUNT"} <= rows.keys():
            return rows


async def chat(server, examples):
    names = examples.names
    anna = in_order(server, "anna")
    bert = in_order(server, "bert", anna)
    cara = in_order(server, "cara", bert)
    phone = bert.another_device(deviceName="phone")
    names.update({anna.account: "<anna>", bert.account: "<bert>", cara.account: "<cara>"})
    names.update({anna.device: "<anna's laptop>", bert.device: "<bert's laptop>", cara.device: "<cara's laptop>",
                  phone.device: "<bert's phone>"})
    lives = [await Live.open(person) for person in (anna, bert, cara, phone)]
    a, b, c, other = (Speaker(live, examples) for live in lives)
    hello = {"version": 1, "accessToken": anna.token, "client": "my-client 0.1"}
    examples.keep("client.hello", {"request": 1, "hello": hello})
    examples.keep("server.welcome", {"request": "1", "welcome": a.live.welcome})
    own = await own_channels(a.live)
    names[own["CHANNEL_KIND_ACCOUNT"]] = "<anna's account channel>"

    await direct_and_group(anna, bert, a, b, other, names)
    group = next(channel for channel, name in names.items() if name == "<walks>")
    direct = next(channel for channel, name in names.items() if name == "<anna and bert>")
    await who_may_what(cara, bert, a, c, group)
    await other_modes(server, anna, phone, a, direct, group, examples)
    await block(anna, bert, a, b, direct, own["CHANNEL_KIND_ACCOUNT"], examples)
    for event in await a.live.whole_history(group):
        event.pop("annotation", None)
        if "contentState" not in event:
            examples.keep_event(event)
    await asyncio.gather(*(live.close() for live in lives))


async def direct_and_group(anna, bert, a, b, other, names):
    direct = await b.live.direct(anna)
    names[direct] = "<anna and bert>"
    await a.ask(watch={"accounts": [bert.account]})
    await a.ask(setActive={"active": True})
    group = new_id()
    names[group] = "<walks>"
    create = {"kind": GROUP, "title": "Walks", "description": "Every Sunday at ten", "members": [bert.account]}
    await a.command(group, createChannel=create)
    await b.live.event(group)
    _, version = await a.live.inbox()
    await a.command(group, post={"content": {"text": "Who comes along on Sunday?"}})
    await b.pushed("events", lambda body: body["channelId"] == group)
    await a.ask(getInbox={"version": version})
    await a.ask(typing={"channelId": group, "on": True})
    await b.pushed("typingNow")

    speak = {"content": {"text": "I do, and Anna brings cake"}, "replyTo": 2, "mentions": [anna.account]}
    reply = number((await b.live.command(group, post=speak))["seq"])
    await a.command(group, react={"target": reply, "content": {"text": "🎂"}})
    await a.command(group, edit={"target": 2, "content": {"text": "Who comes along on Sunday at ten?"}})
    gone = await a.command(group, post={"content": {"text": "wrong window"}})
    await a.command(group, delete={"targets": [gone]})
    assert await a.command(group, edit={"target": 3, "content": {"text": "not mine"}}) == 0

    await b.ask(moveCursor={"channelId": group, "delivered": 5, "read": 2})
    await other.pushed("registersChanged", lambda body: body["channelId"] == group)
    await a.pushed("receiptsMoved", lambda body: body["channelId"] == group and body.get("readByAll") == "2")
    await a.ask(getReceipts={"channelId": group, "seq": 2})
    await b.ask(setRegisters={"channelId": group, "pinned": True, "mutedUntil": -1})
    await b.ask(hideMessages={"channelId": group, "from": gone, "to": gone})
    await a.ask(getHistory={"channelId": group, "from": 2, "to": 4})
    await a.ask(getVersions={"channelId": group, "seq": 2})
    await a.ask(getContent={"channelId": group, "seq": 3})
    await a.ask(getHistory={"channelId": group, "to": 900})


async def who_may_what(cara, bert, a, c, group):
    settings = {"post": "WHO_MEMBERS", "add": "WHO_MEMBERS", "rename": "WHO_ADMINS", "historyFromStart": True}
    secret = os.urandom(16)
    secret_hash = base64.b64encode(hashlib.sha256(secret).digest()).decode()
    invitation = {"invitation": new_id(), "secretHash": secret_hash, "expires": 4102444800000, "uses": 5}
    await a.command(group, describe={"title": "Long walks"})
    await a.command(group, changeSettings={"settings": settings})
    await a.command(group, addMembers={"accounts": [cara.account]})
    await a.command(group, removeMember={"account": cara.account})
    await a.command(group, setRole={"account": bert.account, "role": "ROLE_ADMIN"})
    await a.command(group, createInvitation=invitation)
    await a.ask(getChannel={"channelId": group})
    await c.command(group, join={"secret": base64.b64encode(secret).decode()})
    await a.command(group, revokeInvitation={"invitation": invitation["invitation"]})
    await c.command(group, leave={})
    await a.command(group, cryptoCommit={"epoch": 0, "content": {"data": "b3BhcXVl", "type": "application/mls"}})
    await a.command(group, handOver={"to": bert.account})


async def other_modes(server, anna, phone, a, direct, group, examples):
    heads = Speaker(await Live.open(phone, mode="MODE_HEADS_ONLY"), examples)
    opened = Speaker(await Live.open(phone, mode="MODE_OPEN_CHANNELS"), examples)
    await opened.ask(openChannels={"channelIds": [group]})
    seq = await a.live.post(direct, "only a head for some")
    await heads.pushed("heads", lambda body: body["heads"][0]["head"] == str(seq) and len(body["heads"]) == 1)
    fresh = server.call("POST", "/v1/auth/refresh", {"refreshToken": anna.refresh_token})
    await a.ask(newToken={"accessToken": fresh["accessToken"]})
    await asyncio.gather(heads.live.close(), opened.live.close())


async def block(anna, bert, a, b, direct, account_channel, examples):
    anna.call("PUT", f"/v1/blocks/{uuid_text(bert.account)}")
    examples.keep_event(await a.live.event(account_channel, lambda e: e["header"].get("noted", {}).get("what") == "blocks"))
    examples.keep_event(await b.live.event(direct, lambda event: "blockSet" in event["header"]))


async def resync(data, examples):
    """A session that did not read, and that missed something besides events."""
    with Server(data, *limits(outbox_bytes=16384)) as server:
        anna, slow = server.sign_up(), server.sign_up()
        async with await Live.open(anna) as a, await Live.open(slow) as awake:
            channel = await a.direct(slow)
            with Raw(server, receive_buffer=4096) as raw:
                raw.open().hello(slow)
                for _ in range(250):
                    await a.post(channel, "x" * 15000)
                await awake.ask(setRegisters={"channelId": channel, "pinned": True})

                def read():
                    while "resync" not in (told := raw.read_json()):
                        pass
                    return told

                examples.keep("server.resync", await asyncio.to_thread(read))


# ---- the page -------------------------------------------------------------------------------------------------------


def pretty(value, indent=0, width=WIDTH):
    """JSON, as few lines as fit the width."""
    line = json.dumps(value, ensure_ascii=False)
    if len(line) + indent <= width or not isinstance(value, (dict, list)) or not value:
        return line
    inner = " " * (indent + 2)
    if isinstance(value, dict):
        parts = [f"{json.dumps(name)}: {pretty(one, indent + 2, width - len(name) - 4)}" for name, one in value.items()]
        return "{\n" + ",\n".join(inner + part for part in parts) + "\n" + " " * indent + "}"
    return "[\n" + ",\n".join(inner + pretty(one, indent + 2, width) for one in value) + "\n" + " " * indent + "]"


SHOWN = re.compile(r"<!-- example: (\S+) -->\n```json\n(.*?)\n```", re.DOTALL)


@live_test(deadline=120)
async def test_the_page_shows_every_frame_as_the_server_speaks_it(tmp_path):
    examples = Examples()
    await resync(tmp_path / "slow", examples)
    with Server(tmp_path / "data") as server:
        await chat(server, examples)
    assert EVERY_NAME <= examples.kept.keys(), f"no example of {sorted(EVERY_NAME - examples.kept.keys())}"
    page = PAGE.read_text()
    if os.environ.get("PARLEY_WRITE_EXAMPLES"):
        page = SHOWN.sub(lambda m: f"<!-- example: {m[1]} -->\n```json\n{pretty(examples.kept.get(m[1]))}\n```", page)
        PAGE.write_text(page)
    shown = dict(SHOWN.findall(page))
    assert shown.keys() >= examples.kept.keys(), f"docs/protocol.md does not show {sorted(examples.kept.keys() - shown.keys())}"
    for name, text in shown.items():
        assert name in examples.kept, f"{name} in docs/protocol.md is taken from nothing"
        assert text == pretty(examples.kept[name]), f"{name} is stale: PARLEY_WRITE_EXAMPLES=1 writes it anew"


def test_the_client_on_the_page_chats(tmp_path):
    """The script of "In ten minutes", as it stands there."""
    lines = PAGE.read_text().split("\n")
    begin = next(i for i, line in enumerate(lines) if line.startswith("    import asyncio"))
    end = next(i for i, line in enumerate(lines) if line.startswith("    asyncio.run(main("))
    script = "\n".join(line[4:] for line in lines[begin:end + 1])
    with Server(tmp_path / "data") as server:
        anna, bert = server.sign_up(), server.sign_up()
        script = script.replace("ws://127.0.0.1:8080/v1/ws", server.ws_url)
        client = subprocess.Popen([sys.executable, "-u", "-c", script, anna.token, bert.account], stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, text=True)
        try:
            said = [client.stdout.readline() for _ in range(3)]
        finally:
            client.kill()
        assert "welcome" in said[0] and "'seq': '2'" in said[1] and '"Hello"' in said[2], said + [client.stderr.read()]
