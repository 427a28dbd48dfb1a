"""Typing and presence: hints, told only to who may know."""

import pytest

from e2e_client import Live, live_test, number, refusal
from e2e_server import module_server, uuid_text  # noqa: F401


@pytest.fixture
def anna(server):
    return server.sign_up()


@pytest.fixture
def bert(server):
    return server.sign_up()


async def watch(live, *people):
    now = (await live.ask(watch={"accounts": [person.account for person in people]}))["presenceNow"]
    return {one["account"]: one for one in now.get("accounts", [])}


def presence_of(live, person):
    async def take():
        now = await live.pushed("presenceNow", lambda body: body["accounts"][0]["account"] == person.account)
        return now["accounts"][0]

    return take()


async def nothing_was_pushed(live, channel, kind):
    """A message that comes after is the proof that nothing came before it."""
    seq = await live.post(channel, "and nothing else")
    await live.event_at(channel, seq)
    assert not any(kind in frame for frame in live.pushes)


@live_test()
async def test_typing_is_seen_by_the_others_alone(server, anna, bert):
    async with await Live.open(anna) as a, await Live.open(bert) as b:
        channel = await a.direct(bert)
        await a.ask(typing={"channelId": channel, "on": True})
        told = await b.pushed("typingNow")
        assert told == {"channelId": channel, "account": anna.account, "on": True}
        await a.ask(typing={"channelId": channel})
        assert "on" not in await b.pushed("typingNow")
        await nothing_was_pushed(a, channel, "typingNow")
        # It is a hint: nothing of it is stored.
        assert [number(event["header"]["seq"]) for event in await b.whole_history(channel)] == [1, 2]


@live_test()
async def test_a_typing_hint_needs_no_answer(server, anna, bert):
    async with await Live.open(anna) as a, await Live.open(bert) as b:
        channel = await a.direct(bert)
        await a.socket.send('{"typing":{"channelId":"%s","on":true}}' % channel)
        await b.pushed("typingNow")
        assert not any("ok" in frame for frame in a.pushes)


@live_test()
async def test_online_is_told_to_who_shares_a_channel(server, anna, bert):
    stranger = server.sign_up()
    async with await Live.open(anna) as a, await Live.open(stranger) as s:
        await a.direct(bert)
        assert "online" not in (await watch(a, bert))[bert.account]
        assert "online" not in (await watch(s, bert))[bert.account]
        phone = bert.another_device()
        async with await Live.open(bert) as b, await Live.open(phone) as other:
            assert (await presence_of(a, bert))["online"]
            # Two devices are one presence: the last to leave makes the difference.
            await b.close()
            await other.ask(getInbox={})
            assert (await watch(a, bert))[bert.account]["online"]
        gone = await presence_of(a, bert)
        assert "online" not in gone and number(gone["lastSeen"]) > 0
        await s.ask(getInbox={})
        assert not any("presenceNow" in frame for frame in s.pushes)
        assert (await watch(s, bert))[bert.account] == {"account": bert.account}


@live_test()
async def test_a_device_that_is_not_in_use_is_not_online(server, anna, bert):
    async with await Live.open(anna) as a, await Live.open(bert) as b:
        await a.direct(bert)
        assert (await watch(a, bert))[bert.account]["online"]
        await b.ask(setActive={"active": False})
        assert "online" not in await presence_of(a, bert)
        await b.ask(setActive={"active": True})
        assert (await presence_of(a, bert))["online"]


@live_test()
async def test_people_in_a_group_may_watch_each_other(server, anna, bert):
    cara = server.sign_up()
    async with await Live.open(anna) as a, await Live.open(bert) as b:
        channel = await a.group(bert, cara)
        assert (await watch(b, anna))[anna.account]["online"]
        await b.command(channel, leave={})
        assert "online" not in (await watch(b, anna))[anna.account]


@live_test()
async def test_who_is_taken_out_of_the_last_common_group_sees_and_is_seen_no_more(server, anna, bert):
    cara = server.sign_up()
    async with await Live.open(anna) as a, await Live.open(bert) as b, await Live.open(cara) as c:
        channel = await a.group(bert, cara)
        assert (await watch(b, cara))[cara.account]["online"]
        assert (await watch(c, bert))[bert.account]["online"]
        await a.command(channel, removeMember={"account": bert.account})
        assert await presence_of(c, bert) == {"account": bert.account}
        assert await presence_of(b, cara) == {"account": cara.account}


@pytest.mark.parametrize("online, last_seen", [("AUDIENCE_NOBODY", "AUDIENCE_EVERYONE"), ("AUDIENCE_NOBODY", "AUDIENCE_NOBODY"),
                                               ("AUDIENCE_CONTACTS", "AUDIENCE_CONTACTS")])
@live_test()
async def test_the_privacy_switches_are_kept(server, online, last_seen):
    anna, bert = server.sign_up(), server.sign_up()
    bert.call("PATCH", "/v1/account", {"online": online, "lastSeen": last_seen})
    async with await Live.open(anna) as a:
        await a.direct(bert)
        async with await Live.open(bert):
            assert "online" not in (await watch(a, bert))[bert.account]
        seen = (await watch(a, bert))[bert.account]
        assert ("lastSeen" in seen) <= (last_seen == "AUDIENCE_EVERYONE")
        profile = anna.call("GET", f"/v1/people?handle={bert.handle}")["people"][0]
        assert ("lastSeen" in profile) <= (last_seen == "AUDIENCE_EVERYONE")
        if online == "AUDIENCE_CONTACTS":
            bert.call("PUT", f"/v1/contacts/{uuid_text(anna.account)}")
            async with await Live.open(bert):
                assert (await watch(a, bert))[bert.account]["online"]


@live_test()
async def test_a_block_ends_typing_and_presence(server, anna, bert):
    async with await Live.open(anna) as a, await Live.open(bert) as b:
        channel = await a.direct(bert)
        bert.call("PUT", f"/v1/blocks/{uuid_text(anna.account)}")
        while not (await b.ask(getChannel={"channelId": channel}))["channel"].get("iBlocked"):
            pass
        assert "online" not in (await watch(a, bert))[bert.account]
        await a.ask(typing={"channelId": channel, "on": True})
        await a.ask(getChannel={"channelId": channel})
        await b.ask(getChannel={"channelId": channel})
        assert not any("typingNow" in frame for frame in b.pushes)


@live_test()
async def test_more_watches_than_allowed_are_refused(server, anna):
    async with await Live.open(anna) as live:
        assert await refusal(live.ask(watch={"accounts": [anna.account] * 501})) == "limit_reached"


@live_test()
async def test_who_is_blocked_meanwhile_is_told_no_more(server, anna, bert):
    async with await Live.open(anna) as a, await Live.open(bert) as b:
        await a.direct(bert)
        assert (await watch(b, anna))[anna.account]["online"]
        anna.call("PUT", f"/v1/blocks/{uuid_text(bert.account)}")
        assert "online" not in await presence_of(b, anna)
        await a.ask(setActive={"active": False})
        anna.call("DELETE", f"/v1/blocks/{uuid_text(bert.account)}")
        # What is told first is told because of the block's end: nothing was told during it.
        assert number((await presence_of(b, anna)).get("lastSeen")) > 0
        await a.ask(setActive={"active": True})
        assert (await presence_of(b, anna))["online"]


@live_test()
async def test_a_privacy_switch_holds_for_those_who_watch_already(server, anna, bert):
    async with await Live.open(anna) as a, await Live.open(bert) as b:
        await a.direct(bert)
        assert (await watch(b, anna))[anna.account]["online"]
        anna.call("PATCH", "/v1/account", {"online": "AUDIENCE_NOBODY"})
        assert "online" not in await presence_of(b, anna)
        # With last_seen alone, going is told and coming is not.
        await a.ask(setActive={"active": False})
        assert number((await presence_of(b, anna))["lastSeen"]) > 0
        await a.ask(setActive={"active": True})
        anna.call("PATCH", "/v1/account", {"online": "AUDIENCE_EVERYONE"})
        assert (await presence_of(b, anna))["online"]
