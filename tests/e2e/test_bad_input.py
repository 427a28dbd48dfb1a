"""What goes wrong, or is made to: every answer has its name, and nobody else notices."""

import asyncio
import base64
import json
import os
import time

import pytest

from e2e_client import DIRECT, GROUP, Live, connect, live_test, number, refusal
from e2e_raw import TEXT, Raw, frame
from e2e_server import PASSWORD, Refused, Server, limits, module_server, new_id, uuid_text  # noqa: F401

NOBODY = base64.b64encode(bytes([1] * 16)).decode()


@pytest.fixture(scope="module")
def anna(server):
    return server.sign_up()


@pytest.fixture(scope="module")
def bert(server):
    return server.sign_up()


def refused(call, *arguments, **fields):
    with pytest.raises(Refused) as caught:
        call(*arguments, **fields)
    return caught.value.name


# ---- frames ---------------------------------------------------------------------------------------------------------


def said(server, person, *payloads, opcode=TEXT):
    """What the server says last before it closes, and the code."""
    with Raw(server) as raw:
        raw.open()
        if person:
            raw.hello(person)
        for payload in payloads:
            raw.send(frame(opcode, payload))
        answer = raw.read_json()
        while "error" not in answer:
            answer = raw.read_json()
        return answer["error"]["name"], raw.close_code()


DEEP = b'{"request":1,"command":' + b'{"post":' * 5000 + b"1" + b"}" * 5001


@pytest.mark.parametrize("payload", [
    b"", b"{", b"[]", b"null", b'"hello"', b"{}", b'{"request":1}', b'{"request":"many","hello":{}}', DEEP[:8000],
    b'{"request":1,"hello":{"version":1,"accessToken":7}}', b'{"request":1,"hello":{"version":-1}}',
    b'{"request":1,"hello":' + b"[" * 4000, b"\x00" * 100,
], ids=lambda payload: repr(payload[:40]))
def test_before_hello_nonsense_ends_the_connection_by_name(server, payload):
    name, code = said(server, None, payload)
    assert (name, code) in [("malformed", 4400), ("hello_expected", 4401), ("unsupported_version", 4406)]


def test_the_first_frame_has_to_be_hello(server):
    assert said(server, None, b'{"request":1,"getInbox":{}}') == ("hello_expected", 4401)


@pytest.mark.parametrize("payload", [
    b"", b"{", b"[]", b"{}", DEEP, b'{"request":2,"command":{"channelId":"!!"}}',
    b'{"request":2,"getHistory":{"limit":-1}}', b'{"request":2,"getHistory":{"limit":4294967296}}',
    b'{"request":2,"getHistory":{"from":-1}}', b'{"request":2,"getHistory":{"from":18446744073709551616}}',
    b'{"request":2,"getHistory":{"from":1.5}}', b'{"request":2,"typing":{"on":[]}}',
    b'{"request":-2,"getInbox":{}}', b'{"request":2,"getInbox":{},"getInbox":{}',
], ids=lambda payload: repr(payload[:60]))
def test_after_hello_a_frame_that_is_none_ends_the_connection(server, anna, payload):
    assert said(server, anna, payload) == ("malformed", 4400)


def test_truncated_protobuf_ends_the_connection(server, anna):
    from e2e_proto import frames_pb2
    ask = frames_pb2.ClientFrame(request=1)
    ask.hello.version, ask.hello.access_token = 1, anna.token
    whole = ask.SerializeToString()
    for cut in (1, 5, len(whole) // 2, len(whole) - 1):
        with Raw(server) as raw:
            raw.open().send(frame(2, whole[:cut]))
            assert raw.close_code() in (4400, 4401, 4406, 4010)


def test_unknown_fields_are_passed_over(server, anna):
    with Raw(server) as raw:
        raw.open().hello(anna, somethingNew={"a": [1, 2]})
        answer = raw.ask(getInbox={"fromTheFuture": True}, unknownToo=1)
        assert "inbox" in answer


def test_unknown_fields_of_binary_frames_are_passed_over(server, anna):
    from e2e_proto import frames_pb2
    ask = frames_pb2.ClientFrame(request=1)
    ask.hello.version, ask.hello.access_token = 1, anna.token
    with Raw(server) as raw:
        raw.open().send(frame(2, ask.SerializeToString() + b"\xfa\x3f\x03abc"))  # field 1023
        opcode, content = raw.read_frame()
        assert opcode == 2 and frames_pb2.ServerFrame.FromString(content).HasField("welcome")


def test_a_request_of_a_newer_client_is_answered_by_name(server, anna):
    from e2e_proto import frames_pb2
    with Raw(server) as raw:
        raw.open().hello(anna)
        assert raw.ask(somethingNew={"x": 1})["error"]["name"] == "unknown_request"
        assert "inbox" in raw.ask(getInbox={})
    ask = frames_pb2.ClientFrame(request=1)
    ask.hello.version, ask.hello.access_token = 1, anna.token
    with Raw(server) as raw:
        raw.open().send(frame(2, ask.SerializeToString()) + frame(2, b"\x08\x07\xfa\x3f\x03abc"))  # request 7, field 1023
        answers = {}
        while 7 not in answers:
            answer = frames_pb2.ServerFrame.FromString(raw.read_frame()[1])
            answers[answer.request] = answer
        assert answers[7].error.name == "unknown_request"


@live_test()
async def test_a_second_hello_is_refused_and_the_session_goes_on(server, anna):
    async with await Live.open(anna) as live:
        assert await refusal(live.ask(hello={"version": 1, "accessToken": anna.token})) == "invalid_argument"
        assert (await live.ask(getInbox={}))["inbox"]


# ---- tokens ---------------------------------------------------------------------------------------------------------


def test_tokens_of_one_kind_do_not_pass_for_another(server, anna):
    for token in (anna.refresh_token,):
        assert server.request("GET", "/v1/account", token=token)[0] == 401
    assert refused(server.call, "POST", "/v1/auth/refresh", {"refreshToken": anna.token}) == "unauthenticated"
    with Raw(server) as raw:
        resume = raw.open().hello(anna)["resumeToken"]
    assert server.request("GET", "/v1/account", token=resume)[0] == 401
    hello = {"version": 1, "resumeToken": base64.b64encode(os.urandom(len(base64.b64decode(resume)))).decode()}
    assert said(server, None, json.dumps({"request": 1, "hello": hello}).encode())[1] in (4010, 4011)


@live_test()
async def test_an_expired_token_opens_nothing_and_a_session_ends_with_its_token(tmp_path):
    with Server(tmp_path / "data", *limits(access_token_ms=10000)) as short:
        person = short.sign_up()
        kept = await Live.open(person)
        ended = await Live.open(person)
        fresh = short.call("POST", "/v1/auth/refresh", {"refreshToken": person.refresh_token})
        new = (await kept.ask(newToken={"accessToken": fresh["accessToken"]}))["welcome"]
        assert number(new["sessionEnds"]) >= number(ended.welcome["sessionEnds"])
        assert (await ended.closed(deadline=40))[0] == 4011
        assert short.request("GET", "/v1/account", token=person.token)[0] == 401
        assert refused(person.call, "GET", "/v1/account") == "token_expired"
        name, code = said(short, None, json.dumps({"request": 1, "hello": {"version": 1, "accessToken": person.token}}).encode())
        assert (name, code) == ("token_expired", 4011)
        await kept.close()


@live_test()
async def test_a_new_token_of_another_device_is_refused(server, anna, bert):
    async with await Live.open(anna) as live:
        assert await refusal(live.ask(newToken={"accessToken": bert.token})) == "unauthenticated"
        assert await refusal(live.ask(newToken={"accessToken": anna.another_device().token})) == "unauthenticated"
        assert (await live.ask(getInbox={}))["inbox"]


# ---- somebody else's ------------------------------------------------------------------------------------------------


@live_test()
async def test_somebody_elses_channel_cannot_be_told_from_none(server, anna, bert):
    stranger = server.sign_up()
    async with await Live.open(anna) as live:
        channel = await live.direct(bert)
        await live.post(channel, "a secret")
    questions = [
        lambda at: {"getHistory": {"channelId": at}}, lambda at: {"getChannel": {"channelId": at}},
        lambda at: {"getReceipts": {"channelId": at, "seq": 2}}, lambda at: {"getContent": {"channelId": at, "seq": 2}},
        lambda at: {"getVersions": {"channelId": at, "seq": 2}}, lambda at: {"moveCursor": {"channelId": at, "read": 2}},
        lambda at: {"setRegisters": {"channelId": at, "pinned": True}},
        lambda at: {"hideMessages": {"channelId": at, "from": 1, "to": 2}},
    ]
    commands = [{"post": {"content": {"text": "x"}}}, {"edit": {"target": 2, "content": {"text": "x"}}},
                {"delete": {"targets": [2]}}, {"react": {"target": 2, "content": {"text": "+"}}}, {"leave": {}},
                {"describe": {"title": "x"}}, {"addMembers": {"accounts": [stranger.account]}}]
    async with await Live.open(stranger) as live:
        for at in (channel, new_id()):
            for question in questions:
                assert await refusal(live.ask(**question(at))) == "channel_unknown"
            for command in commands:
                assert await refusal(live.command(at, **command)) == "channel_unknown"
            assert await refusal(live.command(at, join={"secret": base64.b64encode(b"x" * 16).decode()})) == "invitation_invalid"
        assert channel not in (await live.inbox())[0]
        # A hint is answered alike, and reaches nobody.
        async with await Live.open(anna) as watching:
            await live.ask(typing={"channelId": channel, "on": True})
            await live.ask(getInbox={})
            await watching.post(channel, "still ours")
            await watching.event(channel)
            assert not any("typingNow" in push for push in watching.pushes)
    for path in ("history", "events/2", "events/2/versions", "events/2/receipts"):
        assert refused(stranger.call, "GET", f"/v1/channels/{uuid_text(channel)}/{path}") == "channel_unknown"
    assert refused(stranger.call, "GET", f"/v1/export?channel={uuid_text(channel)}") == "channel_unknown"


@live_test()
async def test_who_left_hears_so_and_sees_nothing_new(server, anna, bert):
    async with await Live.open(anna) as live, await Live.open(bert) as gone:
        channel = await live.group(bert)
        seen = await live.post(channel, "for both")
        await gone.command(channel, leave={})
        after = await live.post(channel, "for one")
        assert await refusal(gone.command(channel, post={"content": {"text": "x"}})) == "not_a_member"
        assert await refusal(gone.ask(getContent={"channelId": channel, "seq": after})) == "target_unknown"
        assert await refusal(gone.ask(getReceipts={"channelId": channel, "seq": seen})) == "not_a_member"
        page = await gone.history(channel)
        assert [event["content"]["text"] for event in page["events"] if "content" in event] == ["for both"]


# ---- numbers --------------------------------------------------------------------------------------------------------


@live_test()
async def test_a_seq_in_the_future_is_named(server, anna, bert):
    async with await Live.open(anna) as live:
        channel = await live.direct(bert)
        head = number((await live.row(channel))["head"])
        future = head + 1
        for body in ({"moveCursor": {"channelId": channel, "read": future}},
                     {"moveCursor": {"channelId": channel, "delivered": 1 << 53}},
                     {"hideMessages": {"channelId": channel, "from": 1, "to": future}},
                     {"getHistory": {"channelId": channel, "to": future}},
                     {"getHistory": {"channelId": channel, "from": future + 1}}):
            assert await refusal(live.ask(**body)) == "seq_in_future", body
        for body in ({"react": {"target": future, "content": {"text": "+"}}}, {"delete": {"targets": [future]}},
                     {"edit": {"target": 1 << 52, "content": {"text": "x"}}},
                     {"post": {"content": {"text": "x"}, "replyTo": future}}):
            assert await refusal(live.command(channel, **body)) == "target_unknown", body
        for seq in (0, future, (1 << 64) - 1):
            assert await refusal(live.ask(getContent={"channelId": channel, "seq": seq})) == "target_unknown"


@live_test()
async def test_huge_and_senseless_limits_are_cut_or_named(server, anna, bert):
    async with await Live.open(anna) as live:
        channel = await live.direct(bert)
        for i in range(60):
            await live.post(channel, f"{i}")
        most = number(next(one for one in live.welcome["limits"] if one["name"] == "page_events")["value"])
        page = await live.history(channel, limit=(1 << 32) - 1)
        assert len(page["events"]) == most
        assert await refusal(live.ask(getHistory={"channelId": channel, "from": 9, "to": 3})) == "invalid_argument"
        assert await refusal(live.ask(hideMessages={"channelId": channel, "from": 9, "to": 3})) == "invalid_argument"
        assert await refusal(live.ask(hideMessages={"channelId": channel, "from": 0, "to": 3})) == "invalid_argument"
    path = f"/v1/channels/{uuid_text(channel)}/history"
    for query in ("limit=-1", "limit=x", "limit=1e3", "from=-5", "to=99999999999999999999", "limit=", "oldest_first=1"):
        assert refused(anna.call, "GET", f"{path}?{query}") == "invalid_argument", query
    assert len(anna.call("GET", f"{path}?limit=4294967296000")["events"]) == most
    for path in ("/v1/channels/xyz", "/v1/channels/..%2f..", "/v1/devices/" + "0" * 32, "/v1/channels/%00"):
        with pytest.raises(Refused):
            anna.call("GET", path)


@live_test()
async def test_wrong_ids_and_missing_fields_name_the_field(server, anna, bert):
    async with await Live.open(anna) as live:
        channel = await live.direct(bert)
        short, empty = base64.b64encode(b"short").decode(), ""
        cases = {
            "send_id": {"channelId": channel, "sendId": short, "leave": {}},
            "channel_id": {"channelId": short, "sendId": new_id(), "leave": {}},
            "post.content": {"channelId": channel, "sendId": new_id(), "post": {}},
            "edit.target": {"channelId": channel, "sendId": new_id(), "edit": {"content": {"text": "x"}}},
            "delete.targets": {"channelId": channel, "sendId": new_id(), "delete": {}},
            "post.mentions": {"channelId": channel, "sendId": new_id(),
                              "post": {"content": {"text": "x"}, "mentions": [short]}},
            "create_channel.peer": {"sendId": new_id(), "createChannel": {"kind": DIRECT}},
            "create_channel.kind": {"sendId": new_id(), "createChannel": {"kind": "CHANNEL_KIND_ACCOUNT"}},
            "set_role.role": {"channelId": channel, "sendId": new_id(),
                              "setRole": {"account": bert.account, "role": "ROLE_OWNER"}},
        }
        for field, command in cases.items():
            with pytest.raises(Refused) as caught:
                await live.ask(command=command)
            assert caught.value.name == "invalid_argument"
            assert field in str(caught.value)
        for body in ({"getHistory": {"channelId": short}}, {"getChannel": {"channelId": empty}}, {"moveCursor": {}},
                     {"watch": {"accounts": [short]}}, {"openChannels": {"channelIds": [short]}},
                     {"getInbox": {"version": short}}, {"getInbox": {"page": short}}):
            assert await refusal(live.ask(**body)) == "invalid_argument", body
        assert await refusal(live.command(createChannel={"kind": DIRECT, "peer": NOBODY})) == "account_unknown"
        assert await refusal(live.command(createChannel={"kind": DIRECT, "peer": anna.account})) == "invalid_argument"


# ---- texts ----------------------------------------------------------------------------------------------------------

HANDLES = ["аnna", "anna\u200b", "an na", "Anna", "anna\n", "an", "a" * 33, "anna'--", "anna\u0000x", "ＡＮＮＡ", "ænna", "",
           "anna\u202eevil", "anna/../x", "anna%", "✓✓✓"]


@pytest.mark.parametrize("handle", HANDLES, ids=ascii)
def test_a_handle_of_other_letters_is_refused(server, handle):
    body = {"handle": handle, "password": PASSWORD}
    assert refused(server.call, "POST", "/v1/accounts", body) == "invalid_handle"
    assert refused(server.call, "POST", "/v1/auth/sign-in", body) == "wrong_credentials"


@pytest.mark.parametrize("name", ["a\u0000b", "a\u0007b", "a\u202eb", "a\u2066b", "a\nb", "\u200f", " ", "x" * 65, "a\u2028b"],
                         ids=ascii)
def test_a_display_name_that_plays_tricks_is_refused(server, anna, name):
    assert refused(anna.call, "PATCH", "/v1/account", {"displayName": name}) in ("invalid_name", "invalid_text")


@live_test()
async def test_sql_in_every_string_is_only_text(server, bert):
    evil = "'; DROP TABLE accounts; -- \" ` \\ %s $1 ? :x"
    person = server.sign_up(displayName=evil[:60], deviceName=evil[:40], password=evil)
    account = person.call("PATCH", "/v1/account", {"about": evil, "avatar": "a'--"})
    assert account["profile"]["displayName"] == evil[:60].strip() and account["profile"]["about"] == evil
    assert refused(server.call, "POST", "/v1/auth/sign-in", {"handle": evil, "password": evil}) == "wrong_credentials"
    again = server.call("POST", "/v1/auth/sign-in", {"handle": person.handle, "password": evil, "deviceName": evil[:40]})
    devices = person.call("GET", "/v1/devices")["devices"]
    assert [one["name"] for one in devices] == [evil[:40].strip()] * 2
    person.call("PATCH", f"/v1/devices/{uuid_text(again['device'])}", {"name": "x' OR '1'='1"})
    assert refused(person.call, "GET", "/v1/people?handle=%27%20OR%201%3D1%20--") == "account_unknown"
    assert person.call("GET", "/v1/people?prefix=%25").get("people", []) == []
    assert person.call("GET", "/v1/people?prefix=_").get("people", []) == []
    assert person.call("GET", "/v1/contacts?after=%27%3B--").get("people", []) == []
    assert refused(server.call, "POST", "/v1/auth/refresh", {"refreshToken": evil}) == "unauthenticated"
    async with await Live.open(person) as live:
        channel = await live.group(bert, title="t'; --", description=evil)
        seq = await live.post(channel, evil)
        await live.command(channel, react={"target": seq, "content": {"text": "'; --"}})
        page = await live.history(channel)
        assert page["events"][-2]["content"]["text"] == evil
        assert (await live.ask(getChannel={"channelId": channel}))["channel"]["description"] == evil
    assert bert.call("GET", "/v1/account")["profile"]["handle"] == bert.handle


@live_test()
async def test_content_over_its_limits_is_refused_by_name(server, anna, bert):
    async with await Live.open(anna) as live:
        channel = await live.direct(bert)
        known = {one["name"]: number(one.get("value")) for one in live.welcome["limits"]}

        def post(**content):
            return live.command(channel, post={"content": content})

        assert await refusal(post(text="x" * (known["text_code_points"] + 1))) == "content_too_long"
        data = base64.b64encode(b"x" * (known["content_bytes"] + 1)).decode()
        assert await refusal(post(data=data, type="image/png")) == "content_too_long"
        assert await refusal(post(data="eA==", type="x" * 256)) == "invalid_argument"
        assert await refusal(post(data="eA==", type="a\nb")) == "invalid_argument"
        assert await refusal(post(text="x", preview=True)) == "invalid_argument"
        seq = await live.post(channel, "y")
        assert await refusal(live.command(channel, react={"target": seq, "content": {"text": "x" * 65}})) == "content_too_long"
        many = [new_id() for _ in range(known["mentions_per_message"] + 1)]
        assert await refusal(live.command(channel, post={"content": {"text": "x"}, "mentions": many})) == "invalid_argument"
        assert await refusal(live.command(channel, delete={"targets": list(range(1, 102))})) == "invalid_argument"
        assert await refusal(live.command(new_id(), createChannel={"kind": GROUP, "title": "x" * 129})) == "invalid_name"
        assert await refusal(live.command(new_id(), createChannel={"kind": GROUP, "title": ""})) == "invalid_name"


@live_test()
async def test_no_secret_and_no_content_is_ever_logged(tmp_path):
    with Server(tmp_path / "data", "--log-level", "debug") as server:
        anna, bert = server.sign_up(password="the password itself"), server.sign_up()
        secrets = ["the password itself", "a wrong guess", "what was said", anna.token, anna.refresh_token]
        wrong = {"handle": anna.handle, "password": "a wrong guess"}
        assert refused(server.call, "POST", "/v1/auth/sign-in", wrong) == "wrong_credentials"
        async with await Live.open(anna) as live:
            secrets.append(live.welcome["resumeToken"])
            channel = await live.direct(bert)
            await live.post(channel, "what was said")
        said(server, anna, b'{"request":1,"command":{"what was said":')
        said(server, None, json.dumps({"hello": {"accessToken": anna.token + "what was said", "version": 1}}).encode())
        server.stop()
        everything = server.log() + "".join(server.lines)
        assert "started" in everything
        for secret in secrets:
            assert secret not in everything


# ---- too much -------------------------------------------------------------------------------------------------------


@live_test()
async def test_a_thousand_sign_ins_leave_the_server_answering(server, bert):
    """Right and wrong passwords, twenty at a time, while somebody chats."""
    people = [server.sign_up() for _ in range(10)]
    right = wrong = slowed = 0

    def sign_in(i):
        person = people[i % 10]
        password = PASSWORD if i % 20 < 10 else "a wrong password"
        try:
            tokens = server.call("POST", "/v1/auth/sign-in", {"handle": person.handle, "password": password})
            assert password == PASSWORD and tokens["account"] == person.account
            return "right"
        except Refused as refused:
            if refused.name == "limit_reached":
                assert password == PASSWORD  # twenty devices are enough
                return "right"
            assert refused.name in ("wrong_credentials", "too_many_requests", "overloaded"), refused
            return "wrong" if refused.name == "wrong_credentials" else "slowed"

    gate = asyncio.Semaphore(20)

    async def one(i):
        async with gate:
            return await asyncio.to_thread(sign_in, i)

    async with await Live.open(bert) as live:
        channel = await live.direct(people[0])
        storm = asyncio.gather(*(one(i) for i in range(1000)))
        slowest = 0.0
        while not storm.done():
            begun = time.monotonic()
            await live.post(channel, "still here")
            slowest = max(slowest, time.monotonic() - begun)
            await asyncio.wait([storm], timeout=0.05)
        for outcome in await storm:
            right, wrong, slowed = right + (outcome == "right"), wrong + (outcome == "wrong"), slowed + (outcome == "slowed")
    assert right + wrong + slowed == 1000
    assert wrong > 0 and right > 0
    assert wrong <= 10 * 10 + 20, "guessing is slowed for each account"
    assert slowest < 10


@live_test()
async def test_more_sends_in_flight_than_allowed_are_told_to_wait(server, anna, bert):
    async with await Live.open(anna) as live:
        channel = await live.direct(bert)
        allowed = number(next(one for one in live.welcome["limits"] if one["name"] == "sends_in_flight")["value"])
        sends = [new_id() for _ in range(allowed * 8)]
        frames = b"".join(
            json.dumps({"request": 1000 + i, "command": {"channelId": channel, "sendId": send_id,
                                                         "post": {"content": {"text": str(i)}}}}).encode() + b"\n"
            for i, send_id in enumerate(sends)).splitlines()
        futures = []
        for i, text in enumerate(frames):
            answer = asyncio.get_running_loop().create_future()
            live._answers[1000 + i] = answer
            futures.append(answer)
        for text in frames:
            await live.socket.send(text.decode())
        answers = await asyncio.wait_for(asyncio.gather(*futures), 30)
        names = {answer["error"]["name"] for answer in answers if "error" in answer}
        assert names <= {"too_many_requests", "overloaded"}
        for send_id, answer in zip(sends, answers):
            if "error" in answer:
                assert answer["error"]["retryAfterMs"] > 0
                await live.post(channel, "later", send_id)
        stored = [event["header"]["sendId"] for event in await live.whole_history(channel)]
        assert len(stored) == len(set(stored)) and set(sends) <= set(stored)


@live_test()
async def test_more_sessions_of_a_device_replace_the_oldest(server):
    person = server.sign_up()
    lives = [await Live.open(person) for _ in range(5)]
    code, _ = await lives[0].closed()
    assert code == 4009
    for live in lives[1:]:
        assert (await live.ask(getInbox={}))["inbox"]
        await live.close()


@live_test()
async def test_an_address_may_not_hold_many_connections_without_hello(tmp_path):
    with Server(tmp_path / "data", "--limit-loopback", "true", *limits(unauthenticated_per_address=8)) as server:
        person = server.sign_up()
        silent = []
        outcomes = []
        for _ in range(12):
            try:
                silent.append(await connect(server))
                outcomes.append(101)
            except Exception as error:
                outcomes.append(getattr(error, "status_code", 0))
        assert outcomes[:7] == [101] * 7 and outcomes[-1] in (429, 0), outcomes
        for socket in silent:
            await socket.close()
        async with await Live.open(person) as live:
            assert live.welcome["account"] == person.account
