"""Accounts, devices and tokens over HTTP, and what they do to live sessions."""

import base64
import json
import time

import pytest

from e2e_client import Live, live_test, number, refusal, text_of
from e2e_server import PASSWORD, Refused, Server, limits, module_server, new_id, uuid_text  # noqa: F401


def refused(call, *arguments):
    with pytest.raises(Refused) as caught:
        call(*arguments)
    return caught.value.name


def sign_in(server, person, password=None):
    return server.call("POST", "/v1/auth/sign-in", {"handle": person.handle, "password": password or person.password})


def refresh(server, token):
    return server.call("POST", "/v1/auth/refresh", {"refreshToken": token})


# ---- signing up and in ------------------------------------------------------------------------------------------------


def test_a_handle_is_taken_once(server):
    person = server.sign_up()
    body = {"handle": person.handle, "password": PASSWORD}
    assert refused(server.call, "POST", "/v1/accounts", body) == "handle_taken"
    assert refused(server.call, "POST", "/v1/accounts", {**body, "handle": "x" * 10, "password": "short"}) == "weak_password"


def test_an_unknown_handle_answers_like_a_wrong_password(server):
    person = server.sign_up()
    answers = []
    for handle in (person.handle, "nobody.at.all"):
        status, _, body = server.request("POST", "/v1/auth/sign-in", {"handle": handle, "password": "a wrong password"})
        answers.append((status, json.loads(body)))
    assert answers[0] == answers[1]


def test_guessing_one_account_does_not_lock_its_owner_out_elsewhere(tmp_path):
    with Server(tmp_path / "data", "--trusted-proxies", "127.0.0.1", *limits(signin_failures=3)) as server:
        person = server.sign_up()
        guesser, owner = {"X-Forwarded-For": "203.0.113.5"}, {"X-Forwarded-For": "198.51.100.7"}
        body = {"handle": person.handle, "password": "a wrong password"}
        names = [refused(server.call, "POST", "/v1/auth/sign-in", body, None, guesser) for _ in range(6)]
        assert names[:3] == ["wrong_credentials"] * 3 and names[-1] == "too_many_requests"
        right = {"handle": person.handle, "password": PASSWORD}
        assert server.call("POST", "/v1/auth/sign-in", right, None, owner)["account"] == person.account


def test_sign_up_by_invitation_or_not_at_all(tmp_path):
    with Server(tmp_path / "data") as server:
        host = server.sign_up()
        server.stop()
        server.arguments += ["--sign-up", "invitation"]
        server.start()
        body = {"handle": "guest.one", "password": PASSWORD}
        assert refused(server.call, "POST", "/v1/accounts", body) == "invitation_needed"
        invitation = host.call("POST", "/v1/sign-up-invitations", {"uses": 1})["invitation"]
        server.call("POST", "/v1/accounts", {**body, "invitation": invitation})
        again = {"handle": "guest.two", "password": PASSWORD, "invitation": invitation}
        assert refused(server.call, "POST", "/v1/accounts", again) == "invitation_needed"
        server.stop()
        server.arguments[-1] = "closed"
        server.start()
        assert refused(server.call, "POST", "/v1/accounts", {**body, "handle": "guest.three"}) == "signup_closed"
        assert sign_in(server, host)["account"] == host.account


# ---- refresh ----------------------------------------------------------------------------------------------------------


def test_an_answer_that_was_lost_is_no_theft(server):
    person = server.sign_up()
    lost = refresh(server, person.refresh_token)
    again = refresh(server, person.refresh_token)
    assert again["refreshToken"] == lost["refreshToken"]
    later = refresh(server, again["refreshToken"])
    assert later["refreshToken"] != again["refreshToken"]
    assert server.call("GET", "/v1/account", None, later["accessToken"])["profile"]["handle"] == person.handle


@live_test()
async def test_an_old_refresh_token_is_theft_and_ends_the_device(server):
    person = server.sign_up()
    other = person.another_device()
    first = refresh(server, person.refresh_token)
    second = refresh(server, first["refreshToken"])
    live, untouched = await Live.open(person), await Live.open(other)
    assert refused(refresh, server, person.refresh_token) == "refresh_reused"
    assert (await live.closed())[0] == 4012
    for token in (first, second):
        assert refused(refresh, server, token["refreshToken"]) in ("device_revoked", "unauthenticated", "refresh_reused")
        assert refused(server.call, "GET", "/v1/account", None, token["accessToken"]) == "device_revoked"
    assert (await untouched.ask(getInbox={}))["inbox"]
    await untouched.close()


# ---- devices ----------------------------------------------------------------------------------------------------------


@live_test()
async def test_a_revoked_device_is_cut_off_at_once(server):
    person = server.sign_up(deviceName="laptop", platform="linux")
    phone = person.another_device(deviceName="phone", platform="ios")
    listed = {one["name"]: one for one in person.call("GET", "/v1/devices")["devices"]}
    assert listed["laptop"]["current"] and "current" not in listed["phone"]
    live, lost = await Live.open(person), await Live.open(phone)
    resume = lost.welcome["resumeToken"]
    person.call("PATCH", f"/v1/devices/{uuid_text(phone.device)}", {"name": "the lost one"})
    person.call("DELETE", f"/v1/devices/{uuid_text(phone.device)}")
    assert (await lost.closed())[0] == 4012
    assert refused(phone.call, "GET", "/v1/account") == "device_revoked"
    assert refused(refresh, server, phone.refresh_token) in ("device_revoked", "unauthenticated")
    with pytest.raises(Refused) as caught:
        await Live.open(phone, resume=resume)
    assert caught.value.name == "device_revoked"
    # The others learn that the list has changed.
    while (await live.pushed("events"))["events"][0]["header"].get("noted", {}).get("what") != "devices":
        pass
    assert [one["name"] for one in person.call("GET", "/v1/devices")["devices"]] == ["laptop"]
    await live.close()


@live_test()
async def test_somebody_elses_device_cannot_be_revoked(server):
    person, other = server.sign_up(), server.sign_up()
    async with await Live.open(other) as live:
        assert refused(person.call, "DELETE", f"/v1/devices/{uuid_text(other.device)}") == "device_unknown"
        assert (await live.ask(getInbox={}))["inbox"]


@live_test()
async def test_signing_out_ends_this_device_and_everywhere_ends_all(server):
    person = server.sign_up()
    phone, tablet = person.another_device(), person.another_device()
    lives = [await Live.open(one) for one in (person, phone, tablet)]
    phone.call("POST", "/v1/auth/sign-out")
    assert (await lives[1].closed())[0] == 4012
    assert (await lives[2].ask(getInbox={}))["inbox"]
    person.call("POST", "/v1/auth/sign-out-everywhere")
    for live in (lives[0], lives[2]):
        assert (await live.closed())[0] == 4012
    assert refused(person.call, "GET", "/v1/account") == "device_revoked"
    assert sign_in(server, person)["account"] == person.account


@live_test()
async def test_a_new_password_ends_the_other_devices(server):
    person = server.sign_up()
    phone = person.another_device()
    mine, other = await Live.open(person), await Live.open(phone)
    wrong = {"oldPassword": "a wrong password", "newPassword": "another good one"}
    assert refused(person.call, "POST", "/v1/account/password", wrong) == "wrong_credentials"
    person.call("POST", "/v1/account/password", {"oldPassword": PASSWORD, "newPassword": "another good one"})
    assert (await other.closed())[0] == 4012
    assert (await mine.ask(getInbox={}))["inbox"]
    assert refused(sign_in, server, person) == "wrong_credentials"
    assert sign_in(server, person, "another good one")["account"] == person.account
    assert refused(refresh, server, phone.refresh_token) in ("device_revoked", "unauthenticated")
    await mine.close()


def test_keys_are_published_and_the_token_names_one(server):

    person = server.sign_up()
    keys = server.call("GET", "/.well-known/jwks.json")["keys"]
    head = person.token.split(".")[0]
    header = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    assert header["alg"] == "EdDSA" and header["kid"] in [key["kid"] for key in keys]
    assert all("d" not in key for key in keys), "only public halves"


# ---- the end ----------------------------------------------------------------------------------------------------------


async def gone_from(live, channel):
    while True:
        event = await live.event(channel)
        if event["header"].get("memberLeft", {}).get("accountDeleted"):
            return event


@pytest.mark.parametrize("erase", [False, True])
@live_test()
async def test_a_deleted_account_leaves_and_what_it_wrote_goes_only_if_asked(server, erase):
    anna, bert = server.sign_up(), server.sign_up()
    a, b = await Live.open(anna), await Live.open(bert)
    direct, group = await a.direct(bert), await a.group(bert)
    for channel in (direct, group):
        await a.post(channel, "written by anna")
        await b.post(channel, "written by bert")
    body = {"password": "a wrong password", "erase": erase}
    assert refused(anna.call, "DELETE", "/v1/account", body) == "wrong_credentials"
    anna.call("DELETE", "/v1/account", {"password": PASSWORD, "erase": erase})
    assert (await a.closed())[0] in (4012, 4013)
    for channel in (direct, group):
        await gone_from(b, channel)
        texts = [text_of(event) for event in await b.whole_history(channel)]
        assert "written by bert" in texts
        assert ("written by anna" in texts) is not erase
    roles = (await b.ask(getChannel={"channelId": group}))["channel"]["members"]
    assert [(one["account"], one["role"]) for one in roles] == [(bert.account, "ROLE_OWNER")]
    assert refused(sign_in, server, anna) == "wrong_credentials"
    assert refused(server.call, "POST", "/v1/accounts", {"handle": anna.handle, "password": PASSWORD}) == "handle_taken"
    assert refused(bert.call, "GET", f"/v1/people?handle={anna.handle}") == "account_unknown"
    found = bert.call("POST", "/v1/people/lookup", {"accounts": [anna.account]})["people"][0]
    assert (found["deleted"], found["displayName"]) == (True, "deleted account")
    async with await Live.open(server.sign_up()) as stranger:
        assert await refusal(stranger.direct(anna)) == "account_unknown"
    await b.close()


def test_an_export_holds_everything_of_a_person(server):
    anna, bert = server.sign_up(displayName="Anna"), server.sign_up()
    create = {"sendId": new_id(), "createChannel": {"kind": "CHANNEL_KIND_DIRECT", "peer": bert.account}}
    channel = anna.call("POST", "/v1/channels", create)["channelId"]
    texts = [f"line {i}" for i in range(70)] + ["x" * 20000]
    for text in texts:
        anna.command(channel, post={"content": {"text": text}})
    anna.call("PUT", f"/v1/contacts/{uuid_text(bert.account)}")
    lines, paths = [], ["/v1/export"]
    while paths:
        status, headers, body = server.request("GET", paths.pop(0), token=anna.token)
        assert status == 200 and headers["Content-Type"].startswith("application/jsonl")
        for line in body.decode().splitlines():
            line = json.loads(line)
            lines.append(line)
            paths += [line[kind] for kind in ("next", "events") if kind in line]
    assert next(line["account"] for line in lines if "account" in line)["profile"]["displayName"] == "Anna"
    assert [line["contact"]["account"] for line in lines if "contact" in line] == [bert.account]
    assert sum("device" in line for line in lines) == 1
    written = [line["event"]["content"]["text"] for line in lines
               if "event" in line and "text" in line["event"].get("content", {})]
    assert written == texts


def test_people_are_found_by_handle_and_known_ones_by_prefix(server):
    stamp = f"{int(time.time() * 1000) % 10**8:08d}"
    anna = server.sign_up(f"anna.{stamp}")
    bert = server.sign_up(f"bert.{stamp}")
    assert [one["account"] for one in anna.call("GET", f"/v1/people?handle={bert.handle}")["people"]] == [bert.account]
    assert anna.call("GET", "/v1/people?prefix=bert.").get("people", []) == [], "a stranger is not found by prefix"
    anna.call("PUT", f"/v1/contacts/{uuid_text(bert.account)}")
    assert [one["account"] for one in anna.call("GET", "/v1/people?prefix=bert.")["people"]] == [bert.account]
    assert refused(anna.call, "GET", "/v1/people?handle=nobody.x") == "account_unknown"
    assert number(anna.call("GET", "/v1/account")["created"]) > 0
