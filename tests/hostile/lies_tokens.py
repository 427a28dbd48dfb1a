"""Tokens that were forged, that are of another kind, that were used before, and that should be worth nothing any more."""

import base64
import hashlib
import os

from e2e_server import Server
from hostile.contract import OPERATIONS
from hostile.encode import to_json
from hostile.forged import forged_tokens
from hostile.judge import Wrong, allow, verdict_of_answer, verdict_of_end, verdict_of_frame
from hostile.kinds import OK, names
from hostile.people import PASSWORD, Someone, b64, new_id, uuid_text
from hostile.lies_calls import path_of
from hostile.lies_order import ending
from hostile.stage_calls import call_of, handle
from hostile.talk import Ended, Http, Line, Target

UNAUTHENTICATED = names("unauthenticated")
GONE = names("device_revoked", "account_disabled")


def hello(world, **fields):
    """The verdict on a hello, the right one but for `fields`."""
    line = Line(world.target)
    try:
        return verdict_of_frame(line.ask(hello={"version": 1, **fields}))
    except Ended as ended:
        return verdict_of_end(ended)
    finally:
        line.close()


def refresh(world, token):
    return world.http.ask("POST", "/v1/auth/refresh", {"refreshToken": token})


def ask_everything(world, token, allowed, calls):
    """One right request after the other, with that token."""
    for operation, path, body in calls:
        answer = world.http.ask(operation.method, path, body, token)
        allow(verdict_of_answer(answer, operation.statuses), allowed, f"{operation.name}: ")


def all_calls(world):
    """(operation, path, body) of everything that needs a token."""
    for operation in OPERATIONS.values():
        if operation.needs_token:
            call = call_of(world, operation.name)
            yield operation, path_of(operation, call), None if call.body is None else to_json(call.body)


def forged(run, world):
    calls = list(all_calls(world))
    for index, (how, token) in enumerate(forged_tokens(world, world.mallory)):
        run.check(f"forged/{index} {how}/HTTP", lambda: ask_everything(world, token, UNAUTHENTICATED, calls))
        run.check(f"forged/{index} {how}/hello", lambda: allow(hello(world, accessToken=token), UNAUTHENTICATED))

        def renew():
            line = world.mallory.line()
            allow(verdict_of_frame(line.ask(newToken={"accessToken": token})), UNAUTHENTICATED)
            allow(verdict_of_frame(line.ask(getInbox={})), OK)
            line.close()

        run.check(f"forged/{index} {how}/newToken", renew)
    for header in ("Bearer", "Bearer ", "bearer", f"Basic {world.mallory.token}", world.mallory.token, f"Bearer  {world.mallory.token}",
                   f"Bearer {world.mallory.token} x", f"Bearer {world.mallory.token},", f"Token {world.mallory.token}", "Basic YTpi"):
        run.check(f"forged/header {header[:12]!r}", lambda: allow(verdict_of_answer(
            world.http.ask("GET", "/v1/account", headers=[("Authorization", header)])), UNAUTHENTICATED))
    run.check("forged/no token", lambda: ask_everything(world, None, UNAUTHENTICATED, calls))
    run.check("forged/in the query", lambda: allow(verdict_of_answer(
        world.http.ask("GET", f"/v1/account?access_token={world.mallory.token}")), UNAUTHENTICATED))
    run.check("forged/in a cookie", lambda: allow(verdict_of_answer(world.http.ask(
        "GET", "/v1/account", headers=[("Cookie", f"parley_refresh={world.mallory.refresh_token}")])), UNAUTHENTICATED))


def other_kinds(run, world):
    def ask():
        line = world.mallory.line()
        resume = line.welcome["resumeToken"]
        text = base64.urlsafe_b64encode(base64.b64decode(resume)).decode().rstrip("=")
        for token in (world.mallory.refresh_token, resume, text):
            allow(verdict_of_answer(world.http.ask("GET", "/v1/account", token=token)), UNAUTHENTICATED)
            allow(hello(world, accessToken=token), UNAUTHENTICATED)
            allow(verdict_of_frame(line.ask(newToken={"accessToken": token})), UNAUTHENTICATED)
        for token in (world.mallory.token, resume, text):
            allow(verdict_of_answer(refresh(world, token)), UNAUTHENTICATED)
        for token in (world.mallory.token, world.mallory.refresh_token):
            allow(hello(world, resumeToken=b64(token.encode())), UNAUTHENTICATED)
        raw = base64.b64decode(resume)
        for at in range(0, len(raw), 7):
            allow(hello(world, resumeToken=b64(raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1:])), UNAUTHENTICATED)
        allow(hello(world, resumeToken=b64(raw + b"x")), UNAUTHENTICATED)
        allow(hello(world, resumeToken=b64(raw[:-1])), UNAUTHENTICATED)
        allow(hello(world, resumeToken=b64(os.urandom(len(raw))), accessToken=world.mallory.token), UNAUTHENTICATED)
        line.close()

    run.check("another kind of token", ask)

    def anothers():
        line = world.mallory.line()
        for other in (world.fred, world.mallory.another_device()):
            allow(verdict_of_frame(line.ask(newToken={"accessToken": other.token})), UNAUTHENTICATED)
        told = line.ask(newToken={"accessToken": world.mallory.token})["welcome"]
        if told["account"] != world.mallory.account or told["device"] != world.mallory.device:
            raise Wrong("a session became somebody else's")
        line.close()

    run.check("newToken of another device", anothers)


def reused(run, world):
    def ask():
        person = world.sign_up("reuse")
        line, tokens = person.line(), [person.refresh_token]
        for _ in range(2):
            tokens.append(refresh(world, tokens[-1]).json["refreshToken"])
        access = person.token
        allow(verdict_of_answer(refresh(world, tokens[0])), names("refresh_reused"))
        allow(ending(line), names("device_revoked"))
        line.close()
        for token in tokens:
            allow(verdict_of_answer(refresh(world, token)), names("refresh_reused", "unauthenticated", "device_revoked"))
        allow(verdict_of_answer(world.http.ask("GET", "/v1/account", token=access)), GONE)
        allow(hello(world, accessToken=access), GONE)

    run.check("a refresh token from before", ask)

    def lost_answer():
        person = world.sign_up("lost")
        first, again = (refresh(world, person.refresh_token).json for _ in range(2))
        if first["refreshToken"] != again["refreshToken"]:
            raise Wrong("the same refresh token has two successors")

    run.check("a refresh token whose answer was lost", lost_answer)

    def flipped():
        raw = bytearray(base64.urlsafe_b64decode(world.mallory.refresh_token + "=="))
        for at in range(0, len(raw), 9):
            lie = bytes(raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1:])
            token = base64.urlsafe_b64encode(lie).decode().rstrip("=")
            allow(verdict_of_answer(refresh(world, token)), UNAUTHENTICATED)
        allow(verdict_of_answer(refresh(world, "")), UNAUTHENTICATED)
        allow(verdict_of_answer(refresh(world, "x" * 5000)), UNAUTHENTICATED)

    run.check("a refresh token with another bit", flipped)


ENDINGS = {
    "signOut": lambda w, p: p.call("POST", "/v1/auth/sign-out"),
    "signOutEverywhere": lambda w, p: p.call("POST", "/v1/auth/sign-out-everywhere"),
    "revokeDevice by another device": lambda w, p: p.another_device().call("DELETE", f"/v1/devices/{uuid_text(p.device)}"),
    "changePassword on another device": lambda w, p: p.another_device().call(
        "POST", "/v1/account/password", {"oldPassword": PASSWORD, "newPassword": PASSWORD + "2"}),
    "deleteAccount": lambda w, p: p.call("DELETE", "/v1/account", {"password": PASSWORD}),
}


def ended(run, world):
    """After the sign-in has ended nothing of it is worth anything, and its sessions are over."""
    calls = list(all_calls(world))
    for how, end in ENDINGS.items():
        def ask(end=end):
            person = world.sign_up("ended").settled()
            line, silent = person.line(), person.line(True, mode="MODE_HEADS_ONLY")
            resume = line.welcome["resumeToken"]
            end(world, person)
            for one in (line, silent):
                allow(ending(one), GONE, "the session: ")
                one.close()
            ask_everything(world, person.token, GONE, calls)
            allow(hello(world, accessToken=person.token), GONE, "hello: ")
            allow(hello(world, resumeToken=resume), GONE, "resuming: ")
            allow(verdict_of_answer(refresh(world, person.refresh_token)), GONE | UNAUTHENTICATED | names("refresh_reused"), "refresh: ")
            other = world.mallory.line()
            allow(verdict_of_frame(other.ask(newToken={"accessToken": person.token})), GONE, "newToken: ")
            other.close()

        run.check(f"after {how}", ask)


def invitations(run, world):
    """An invitation is good as often as it says, and not after it was taken back."""
    def room_with(uses):
        world.spoil()
        secret = os.urandom(16)
        invitation = new_id()
        world.mallory.command(world.room.id, createInvitation={
            "invitation": invitation, "secretHash": b64(hashlib.sha256(secret).digest()), "uses": uses})
        return invitation, {"join": {"secret": b64(secret)}}

    def join(person, body):
        line = person.line()
        verdict = verdict_of_frame(line.ask(command={"channelId": world.room.id, "sendId": new_id(), **body}))
        line.close()
        return verdict

    def once():
        _, body = room_with(1)
        allow(join(world.sam, body), OK)
        allow(join(world.sam, body), names("already_member"))
        allow(join(world.sign_up("late"), body), names("invitation_invalid"))
        world.sam.command(world.room.id, leave={})
        allow(join(world.sam, body), names("invitation_invalid"))

    run.check("an invitation that was used up", once)

    def taken_back():
        invitation, body = room_with(0)
        world.mallory.command(world.room.id, revokeInvitation={"invitation": invitation})
        allow(join(world.sam, body), names("invitation_invalid"))

    run.check("an invitation that was taken back", taken_back)
    world.spoil()


def sign_up_invitations(run, world):
    """A server that needs an invitation takes each as often as it says."""
    if not run.own:
        return run.skip("invitations to sign up: they need a server of our own that asks for them")

    def sign_up(target, invitation):
        body = {"handle": handle(), "password": PASSWORD, **invitation}
        return verdict_of_answer(Http(target).ask("POST", "/v1/accounts", body))

    def ask():
        with Server(run.own / "closed") as server:
            host = Someone.sign_up(Target(server.url), Http(Target(server.url)), "host")
            server.stop()
        with Server(run.own / "closed", "--sign-up", "invitation") as server:
            target = Target(server.url)
            host.http = Http(target)
            secret = host.call("POST", "/v1/sign-up-invitations", {"uses": 1})["invitation"]
            for lie in ({}, {"invitation": ""}, {"invitation": "x"}, {"invitation": secret[:-1]}, {"invitation": secret + "A"},
                        {"invitation": secret[::-1]}):
                allow(sign_up(target, lie), names("invitation_needed"), f"{lie}: ")
            allow(sign_up(target, {"invitation": secret}), OK)
            allow(sign_up(target, {"invitation": secret}), names("invitation_needed"))

    run.check("an invitation to sign up, twice", ask)


def lie_with_tokens(run, world, _victims):
    forged(run, world)
    other_kinds(run, world)
    reused(run, world)
    ended(run, world)
    invitations(run, world)
    sign_up_invitations(run, world)
