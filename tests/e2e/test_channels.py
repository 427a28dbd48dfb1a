"""Direct channels, groups, invitations: over the wire, as everybody in them sees it."""

import asyncio
import base64
import hashlib
import os
import time

import pytest

from e2e_client import DIRECT, GROUP, SELF, Live, live_test, number, refusal, seq_of, text_of
from e2e_server import Refused, Server, limits, module_server, new_id, uuid_text  # noqa: F401


@pytest.fixture
def anna(server):
    return server.sign_up()


@pytest.fixture
def bert(server):
    return server.sign_up()


@pytest.fixture
def cara(server):
    return server.sign_up()


def roles(channel):
    return {member["account"]: member["role"].removeprefix("ROLE_").lower() for member in channel["members"]}


async def roles_in(live, channel):
    return roles((await live.ask(getChannel={"channelId": channel}))["channel"])


def invitation(**fields):
    """A secret, and the body that creates its invitation."""
    secret = os.urandom(16)
    body = {"invitation": new_id(), "secretHash": base64.b64encode(hashlib.sha256(secret).digest()).decode(), **fields}
    return base64.b64encode(secret).decode(), body


# ---- direct ---------------------------------------------------------------------------------------------------------


@live_test()
async def test_two_who_start_at_once_get_one_channel(server):
    for _ in range(5):
        anna, bert = server.sign_up(), server.sign_up()
        async with await Live.open(anna) as a, await Live.open(bert) as b:
            first, second = await asyncio.gather(a.direct(bert), b.direct(anna))
            assert first == second
            await asyncio.gather(a.post(first, "from anna"), b.post(first, "from bert"))
            events = await a.whole_history(first)
            assert [seq_of(event) for event in events] == [1, 2, 3]
            assert [channel for channel, row in (await b.inbox())[0].items() if row["kind"] == DIRECT] == [first]


@live_test()
async def test_a_direct_channel_cannot_become_anything_else(server, anna, bert, cara):
    async with await Live.open(anna) as live:
        channel = await live.direct(bert)
        for body in ({"leave": {}}, {"describe": {"title": "Us"}}, {"addMembers": {"accounts": [cara.account]}},
                     {"removeMember": {"account": bert.account}}, {"handOver": {"to": bert.account}}):
            assert await refusal(live.command(channel, **body)) == "wrong_kind"


@live_test()
async def test_notes_to_oneself_are_there_on_every_device(server):
    anna = server.sign_up()
    phone = anna.another_device()
    async with await Live.open(anna) as live, await Live.open(phone) as other:
        channel = (await live.command(createChannel={"kind": SELF}))["channelId"]
        await live.post(channel, "buy milk")
        assert text_of(await other.event(channel, text_of)) == "buy milk"
        row = await live.row(channel)
        assert "unread" not in row
        assert row["readByAll"] == row["head"]


# ---- groups ---------------------------------------------------------------------------------------------------------


@live_test()
async def test_a_group_is_created_named_and_seen_by_all(server, anna, bert, cara):
    async with await Live.open(anna) as a, await Live.open(bert) as b:
        channel = await a.group(bert, cara, title="Walks", description="On Sundays", avatar="m1")
        created = (await b.event(channel))["header"]["created"]
        assert (created["title"], created["description"], created["avatar"]) == ("Walks", "On Sundays", "m1")
        assert await roles_in(b, channel) == {anna.account: "owner", bert.account: "member", cara.account: "member"}
        assert await refusal(b.command(channel, describe={"title": "Runs"})) == "not_allowed"
        await a.command(channel, describe={"title": "Runs"})
        described = (await b.event(channel))["header"]["described"]
        assert described == {"title": "Runs"}
        row = await b.row(channel)
        assert (row["title"], row["members"]) == ("Runs", 3)


@live_test()
async def test_a_group_whose_id_is_taken_is_refused(server, anna, bert, cara):
    async with await Live.open(anna) as a, await Live.open(cara) as c:
        channel = new_id()
        await a.command(channel, createChannel={"kind": GROUP, "title": "First"})
        assert await refusal(a.command(channel, createChannel={"kind": GROUP, "title": "Second"})) == "channel_exists"
        assert await refusal(c.command(channel, createChannel={"kind": GROUP, "title": "Mine"})) == "channel_exists"
        direct = await a.direct(bert)
        assert await refusal(c.command(direct, createChannel={"kind": GROUP, "title": "x"})) == "invalid_argument"


@live_test()
async def test_roles_say_who_may_add_remove_and_promote(server, anna, bert, cara):
    dirk = server.sign_up()
    async with await Live.open(anna) as a, await Live.open(bert) as b, await Live.open(cara) as c:
        channel = await a.group(bert, cara)
        assert await refusal(b.command(channel, addMembers={"accounts": [dirk.account]})) == "not_allowed"
        assert await refusal(b.command(channel, setRole={"account": bert.account, "role": "ROLE_ADMIN"})) == "not_allowed"
        await a.command(channel, setRole={"account": bert.account, "role": "ROLE_ADMIN"})
        await b.command(channel, addMembers={"accounts": [dirk.account]})
        assert await refusal(b.command(channel, addMembers={"accounts": [dirk.account]})) == "already_member"
        assert await refusal(b.command(channel, removeMember={"account": anna.account})) == "not_allowed"
        assert await refusal(c.command(channel, removeMember={"account": dirk.account})) == "not_allowed"
        await b.command(channel, removeMember={"account": cara.account})
        assert (await c.event(channel, lambda event: "memberRemoved" in event["header"]))["header"]["account"] == bert.account
        assert await roles_in(a, channel) == {anna.account: "owner", bert.account: "admin", dirk.account: "member"}
        assert await refusal(c.command(channel, post={"content": {"text": "still?"}})) == "not_a_member"
        assert "role" not in (await c.row(channel))


@live_test()
async def test_ownership_is_handed_over_and_never_lost(server, anna, bert, cara):
    async with await Live.open(anna) as a, await Live.open(bert) as b:
        channel = await a.group(bert, cara)
        assert await refusal(b.command(channel, handOver={"to": bert.account})) == "not_allowed"
        await a.command(channel, handOver={"to": bert.account})
        assert await roles_in(a, channel) == {anna.account: "admin", bert.account: "owner", cara.account: "member"}
        # An owner who leaves makes the longest-serving admin the owner.
        await b.command(channel, leave={})
        left = await a.event(channel, lambda event: "memberLeft" in event["header"])
        assert left["header"]["memberLeft"]["newOwner"] == anna.account
        assert await roles_in(a, channel) == {anna.account: "owner", cara.account: "member"}


@live_test()
async def test_settings_say_who_may_post(server, anna, bert):
    async with await Live.open(anna) as a, await Live.open(bert) as b:
        channel = await a.group(bert, settings={"post": "WHO_ADMINS", "rename": "WHO_MEMBERS"})
        assert await refusal(b.command(channel, post={"content": {"text": "may I?"}})) == "not_allowed"
        await b.command(channel, describe={"title": "By a member"})
        await a.command(channel, changeSettings={"settings": {"post": "WHO_MEMBERS", "add": "WHO_MEMBERS",
                                                              "rename": "WHO_OWNER"}})
        await b.post(channel, "thanks")
        assert await refusal(b.command(channel, describe={"title": "Again"})) == "not_allowed"


@live_test()
async def test_newcomers_see_from_joining_on_or_from_the_start(server, anna, bert, cara):
    async with await Live.open(anna) as a, await Live.open(bert) as b, await Live.open(cara) as c:
        channel = await a.group(title="Walks")
        await a.post(channel, "before anybody came")
        await a.command(channel, addMembers={"accounts": [bert.account]})
        await a.post(channel, "for two")
        assert [text for text in map(text_of, await b.whole_history(channel)) if text] == ["for two"]
        row = await b.row(channel)
        assert row["visible"] == [{"from": "3"}]
        assert row["unread"] == "1"
        page = await b.history(channel)
        assert (page["from"], page["to"]) == ("1", "4"), "the page speaks for what is invisible too"
        await a.command(channel, changeSettings={"settings": {"post": "WHO_MEMBERS", "add": "WHO_ADMINS",
                                                              "rename": "WHO_ADMINS", "historyFromStart": True}})
        await a.command(channel, addMembers={"accounts": [cara.account]})
        assert [text for text in map(text_of, await c.whole_history(channel)) if text] == ["before anybody came", "for two"]
        assert "unread" not in (await c.row(channel))
        # What Bert may not see he cannot point at, and a reply to it comes without its content.
        assert await refusal(b.command(channel, react={"target": 2, "content": {"text": "+"}})) == "target_unknown"
        assert await refusal(b.command(channel, post={"content": {"text": "x"}, "replyTo": 2})) == "target_unknown"
        seq = number((await a.command(channel, edit={"target": 2, "content": {"text": "edited secret"}}))["seq"])
        edited = await b.event_at(channel, seq)
        assert "content" not in edited
        assert "edited secret" not in str(await b.whole_history(channel))


@live_test()
async def test_who_comes_back_sees_two_intervals(server, anna, bert):
    async with await Live.open(anna) as a, await Live.open(bert) as b:
        channel = await a.group(bert)
        await a.post(channel, "one")
        await b.command(channel, leave={})
        await a.post(channel, "while away")
        await a.command(channel, addMembers={"accounts": [bert.account]})
        await a.post(channel, "two")
        row = await b.row(channel)
        assert row["visible"] == [{"from": "1", "to": "3"}, {"from": "5"}]
        assert [seq_of(event) for event in await b.whole_history(channel)] == [1, 2, 3, 5, 6]
        assert row["unread"] == "1"


@live_test()
async def test_a_full_group_is_full(tmp_path):
    with Server(tmp_path / "data", *limits(group_members=3)) as server:
        people = [server.sign_up() for _ in range(4)]
        async with await Live.open(people[0]) as live:
            assert await refusal(live.group(*people[1:])) == "channel_full"
            channel = await live.group(people[1])
            many = [person.account for person in people[2:]]
            assert await refusal(live.command(channel, addMembers={"accounts": many})) == "channel_full"
            await live.command(channel, addMembers={"accounts": many[:1]})


# ---- invitations ----------------------------------------------------------------------------------------------------


@live_test()
async def test_an_invitation_lets_in_as_often_as_it_says(server, anna, bert, cara):
    async with await Live.open(anna) as a, await Live.open(bert) as b, await Live.open(cara) as c:
        channel = await a.group()
        secret, body = invitation(uses=1)
        await a.command(channel, createInvitation=body)
        wrong = base64.b64encode(os.urandom(16)).decode()
        assert await refusal(b.command(channel, join={"secret": wrong})) == "invitation_invalid"
        joined = number((await b.command(channel, join={"secret": secret}))["seq"])
        told = (await a.event_at(channel, joined))["header"]["joinedByInvitation"]
        assert (told["invitation"], told["member"]["account"]) == (body["invitation"], bert.account)
        assert await refusal(b.command(channel, join={"secret": secret})) == "already_member"
        assert await refusal(c.command(channel, join={"secret": secret})) == "invitation_invalid"
        assert "invitations" not in (await a.ask(getChannel={"channelId": channel}))["channel"]


@live_test()
async def test_a_revoked_or_expired_invitation_lets_nobody_in(server, anna, bert, cara):
    async with await Live.open(anna) as a, await Live.open(bert) as b, await Live.open(cara) as c:
        channel = await a.group(cara)
        secret, body = invitation()
        await a.command(channel, createInvitation=body)
        listed = (await a.ask(getChannel={"channelId": channel}))["channel"]["invitations"]
        assert [(one["invitation"], one["by"], one["unlimited"]) for one in listed] == [(body["invitation"], anna.account, True)]
        assert "invitations" not in (await c.ask(getChannel={"channelId": channel}))["channel"]
        assert await refusal(c.command(channel, createInvitation=invitation()[1])) == "not_allowed"
        await a.command(channel, revokeInvitation={"invitation": body["invitation"]})
        assert await refusal(b.command(channel, join={"secret": secret})) == "invitation_invalid"
        # The server's clock decides, so the join is asked again until it has moved on.
        secret, body = invitation(expires=int(time.time() * 1000) + 300)
        await a.command(channel, createInvitation=body)
        while time.time() * 1000 <= number(body["expires"]):
            await b.ask(getInbox={})
        assert await refusal(b.command(channel, join={"secret": secret})) == "invitation_invalid"
        past = invitation(expires=1)[1]
        assert await refusal(a.command(channel, createInvitation=past)) == "invalid_argument"


# ---- blocks ---------------------------------------------------------------------------------------------------------


async def until(ask, holds):
    """Asks again until the answer holds: for what a job of the server does on the side."""
    end = time.monotonic() + 20
    while True:
        answer = await ask()
        if holds(answer):
            return answer
        assert time.monotonic() < end, f"never came true: {answer}"


async def blocked_flag(live, channel):
    return (await live.ask(getChannel={"channelId": channel}))["channel"].get("iBlocked", False)


@live_test()
async def test_a_block_stops_both_sides_and_an_unblock_ends_it(server):
    anna, bert = server.sign_up(), server.sign_up()
    async with await Live.open(anna) as a, await Live.open(bert) as b:
        channel = await a.direct(bert)
        await b.post(channel, "hello")
        anna.call("PUT", f"/v1/blocks/{uuid_text(bert.account)}")
        await until(lambda: blocked_flag(a, channel), bool)
        assert await refusal(b.command(channel, post={"content": {"text": "x"}})) == "blocked"
        assert await refusal(a.command(channel, post={"content": {"text": "x"}})) == "blocked"
        assert await refusal(b.command(channel, react={"target": 2, "content": {"text": "+"}})) == "blocked"
        assert [one["account"] for one in anna.call("GET", "/v1/blocks")["people"]] == [bert.account]
        assert not await blocked_flag(b, channel), "who is blocked is not told by whom"
        anna.call("DELETE", f"/v1/blocks/{uuid_text(bert.account)}")
        await until(lambda: blocked_flag(a, channel), lambda flag: not flag)
        await b.post(channel, "hello again")


@live_test()
async def test_a_block_before_any_word_makes_a_channel_that_nobody_sees(server):
    anna, bert = server.sign_up(), server.sign_up()
    anna.call("PUT", f"/v1/blocks/{uuid_text(bert.account)}")
    async with await Live.open(anna) as a, await Live.open(bert) as b:
        try:
            assert await refusal(b.post(await b.direct(anna), "hello?")) == "blocked"
        except Refused as refused:
            assert refused.name == "blocked"  # it was asked before the channel was made
        rows = [row for row in (await a.inbox())[0].values() if row["kind"] == DIRECT]
        assert rows == []
        rows = [row for row in (await b.inbox())[0].values() if row["kind"] == DIRECT]
        assert rows == []
        anna.call("DELETE", f"/v1/blocks/{uuid_text(bert.account)}")

        async def post():
            try:
                return await b.post(await b.direct(anna), "now")
            except Refused as refused:
                assert refused.name == "blocked"
                return None

        await until(post, bool)
        assert [row["peer"] for row in (await a.inbox())[0].values() if row["kind"] == DIRECT] == [bert.account]


# ---- who sees what --------------------------------------------------------------------------------------------------


async def start_posts(live, channel, count, text):
    return [await live.start(command={"channelId": channel, "sendId": new_id(), "post": {"content": {"text": text}}})
            for _ in range(count)]


@live_test()
async def test_who_is_added_amid_messages_is_told_none_from_before(server, anna, bert, cara):
    async with await Live.open(anna) as a, await Live.open(bert) as b, await Live.open(cara) as c:
        for _ in range(10):
            channel = await a.group(bert)
            answers = await start_posts(b, channel, 20, "among ourselves")
            answers.append(await a.start(command={"channelId": channel, "sendId": new_id(),
                                                  "addMembers": {"accounts": [cara.account]}}))
            answers += await start_posts(b, channel, 20, "welcome")
            seqs = [number((await answer)["outcome"]["seq"]) for answer in answers]
            seen = []
            while not seen or seen[-1] < max(seqs):
                seen.append(seq_of(await c.event(channel)))
            assert seen == list(range(seqs[20], max(seqs) + 1))


@live_test()
async def test_who_is_removed_amid_messages_is_told_all_from_before(server, anna, bert, cara):
    async with await Live.open(anna) as a, await Live.open(bert) as b, await Live.open(cara) as c:
        for _ in range(10):
            channel = await a.group(bert, cara)
            answers = await start_posts(b, channel, 20, "hello")
            answers.append(await a.start(command={"channelId": channel, "sendId": new_id(),
                                                  "removeMember": {"account": cara.account}}))
            answers += await start_posts(b, channel, 20, "among ourselves")
            removed = [number((await answer)["outcome"]["seq"]) for answer in answers][20]
            await a.command(channel, addMembers={"accounts": [cara.account]})
            seen = []
            while not seen or seen[-1] <= removed:
                seen.append(seq_of(await c.event(channel)))
            assert seen[:-1] == list(range(1, removed + 1))


@live_test()
async def test_who_left_learns_nothing_of_what_came_after(server, anna, bert, cara):
    async with await Live.open(anna) as a, await Live.open(bert) as b, await Live.open(cara) as c:
        channel = await a.group(bert, cara)
        message = await a.post(channel, "hello")
        await c.command(channel, react={"target": message, "content": {"text": "+"}})
        left = number((await b.command(channel, leave={}))["seq"])
        await a.command(channel, react={"target": message, "content": {"text": "!"}})
        await a.command(channel, edit={"target": message, "content": {"text": "edited later"}})
        await a.post(channel, "later")
        page = await b.history(channel)
        assert (number(page["to"]), number(page["head"])) == (left, left)
        seen = next(event for event in page["events"] if seq_of(event) == message)
        assert text_of(seen) == "hello"
        assert seen["annotation"] == {"reactions": [{"account": cara.account, "content": {"text": "+"}, "seq": str(message + 1)}]}
        assert await refusal(b.history(channel, to=left + 1)) == "seq_in_future"
        assert await refusal(b.ask(getContent={"channelId": channel, "seq": left + 1})) == "target_unknown"
