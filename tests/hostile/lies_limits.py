"""Every limit of proto/limits.toml, at it and one beyond it, on a server whose limits are small."""

import contextlib
import hashlib
import json
import os

from e2e_server import ROOT, Server, limits
from hostile.contract import LIMITS
from hostile.fields import NotInTheTable
from hostile.judge import Wrong, allow, verdict_of_answer, verdict_of_end, verdict_of_frame
from hostile.kinds import OK, names
from hostile.lies_order import ending
from hostile.people import GROUP, PASSWORD, World, b64, new_id, uuid_text
from hostile.talk import TEXT, Bytes, Ended, Line, frame
from hostile.victims import fresh_hash

SMALL = dict(
    text_code_points=100, content_bytes=1024, frame_bytes=65536, hello_bytes=8192, hello_ms=2000, http_header_bytes=4096,
    http_request_ms=2000, http_idle_ms=1000, group_members=4, channels_per_account=30, mentions_per_message=2,
    targets_per_delete=3, reaction_bytes=8, reactions_per_message=2, edits_per_message=2, hidden_ranges=10, title_code_points=8,
    description_code_points=16, invitations_per_channel=2, display_name_code_points=32, about_code_points=16,
    password_max_bytes=64, devices_per_account=3, contacts_per_account=10, blocks_per_account=10, sessions_per_device=2,
    sends_in_flight=4, watches_per_session=2, unauthenticated_per_address=8, signups_per_hour=40, signin_failures=3)

# Asked by another test, which says the limit's name.
ELSEWHERE = {
    "outbox_bytes": "tests/e2e/test_resume.py", "outbox_drain_ms": "tests/e2e/test_resume.py",
    "heartbeat_grace_ms": "tests/e2e/test_web_socket.py", "connections": "tests/e2e/test_http.py",
    "queue_delay_ms": "tests/e2e/test_overload.py",
}
# Only reached by more clients than one; its refusal is tested where the queue is.
NOT_HERE = {"owner_queue": "tests/contract/command_queue_test.cpp"}


class Stage:
    """A small server, and a group of two that its tests may fill."""

    def __init__(self, world, value):
        self.world, self.value = world, value
        self.room, self.line = world.room, world.mallory.line()
        # Of the devices of mallory two sessions may be live at once: this is one of them.

    def command(self, person=None, channel=None, **body):
        tree = {"channelId": channel or self.room.id, "sendId": new_id(), **body}
        if person is None:
            return verdict_of_frame(self.line.ask(command=tree))
        path = f"/v1/channels/{uuid_text(tree['channelId'])}/commands"
        return verdict_of_answer(self.world.http.ask("POST", path, tree, person.token))

    def call(self, method, path, body=None, person=None):
        return verdict_of_answer(self.world.http.ask(method, path, body, (person or self.world.mallory).token))

    def post(self, **content):
        return self.command(post={"content": content})


def text(stage, size):
    # Code points are what counts, not bytes.
    return [stage.post(text="x" * size), stage.post(text="😀" * size)]


def content(stage, size):
    return [stage.post(data=b64(bytes(size)), type="image/png")]


def frames(stage, size):
    line = Line(stage.world.target).hello(stage.world.fred.token)
    request = b'{"request":9,"getInbox":{}'
    line.say(request + b" " * (size - len(request) - 1) + b"}")
    try:
        told = [verdict_of_frame(line.answer(9))]
    except Ended as ended:
        told = [verdict_of_end(ended)]
    line.close()
    body = b'{"about":"x"' + b" " * (size - 13) + b"}"
    return [*told, stage.call("PATCH", "/v1/account", body)]


def hellos(stage, size):
    line = Line(stage.world.target)
    hello = json.dumps({"request": 1, "hello": {"version": 1, "accessToken": stage.world.fred.token}}).encode()
    line.say(hello[:-1] + b" " * (size - len(hello)) + b"}")
    try:
        return [verdict_of_frame(line.answer(1))]
    except Ended as ended:
        return [verdict_of_end(ended)]
    finally:
        line.close()


def headers(stage, size):
    head = f"GET /healthz HTTP/1.1\r\nHost: {stage.world.target.host}\r\nX-Fill: "
    return [verdict_of_answer(stage.world.http.send((head + "x" * (size - len(head)) + "\r\n\r\n").encode()))]


def group(stage, members):
    """Made with so many; and filled one by one up to them."""
    others = [one.account for one in stage.pool[:members - 1]]
    made = {"channelId": new_id(), "sendId": new_id(), "createChannel": {"kind": GROUP, "title": "Full", "members": others}}
    small = {"channelId": new_id(), "sendId": new_id(), "createChannel": {"kind": GROUP, "title": "Full"}}
    told = [verdict_of_frame(stage.line.ask(command=made))]
    allow(verdict_of_frame(stage.line.ask(command=small)), OK)
    for other in others[:-1]:
        allow(stage.command(channel=small["channelId"], addMembers={"accounts": [other]}), OK)
    secret = os.urandom(16)

    invitation = {"invitation": new_id(), "secretHash": b64(hashlib.sha256(secret).digest())}
    allow(stage.command(channel=small["channelId"], createInvitation=invitation), OK)
    told.append(stage.command(stage.pool[members - 2], small["channelId"], join={"secret": b64(secret)}))
    told += [stage.command(channel=small["channelId"], addMembers={"accounts": others[-1:]})] if told[-1][0] != "ok" else []
    return told


def channels(stage, count):
    """`ten` makes groups until they are in so many channels."""
    person = stage.ten
    have = len(person.call("POST", "/v1/sync", {})["inbox"]["rows"])
    told = OK
    for _ in range(count - have):
        body = {"channelId": new_id(), "sendId": new_id(), "createChannel": {"kind": GROUP, "title": "One"}}
        told = stage.call("POST", "/v1/channels", body, person)
    return [told]


def mentions(stage, count):
    members = [stage.world.mallory, stage.world.fred, *stage.pool[:1]]
    return [stage.command(stage.world.fred, stage.three, post={
        "content": {"text": "x"}, "mentions": [one.account for one in members[:count]]})]


def targets(stage, count):
    seqs = [int(stage.line.ask(command={"channelId": stage.room.id, "sendId": new_id(), "post": {"content": {"text": "x"}}})
                ["outcome"]["seq"]) for _ in range(count)]
    return [stage.command(delete={"targets": seqs})]


def reaction(stage, size):
    return [stage.command(react={"target": stage.room.seq, "content": {"text": "x" * size}})]


def reactions(stage, count):
    seq = int(stage.world.mallory.command(stage.three, post={"content": {"text": "x"}})["seq"])
    people = [stage.world.mallory, stage.world.fred, stage.pool[0]]
    return [[stage.command(one, stage.three, react={"target": seq, "content": {"text": "x"}}) for one in people[:count]][-1]]


def edits(stage, count):
    seq = int(stage.world.mallory.command(stage.three, post={"content": {"text": "x"}})["seq"])
    body = {"target": seq, "content": {"text": "y"}}
    return [[stage.command(stage.world.mallory, stage.three, edit=body) for _ in range(count)][-1]]


def hidden(stage, count):
    head = 0
    while head < 2 * count + 1:
        head = int(stage.world.fred.command(stage.three, post={"content": {"text": "x"}})["seq"])
    path = f"/v1/channels/{uuid_text(stage.three)}/hide"
    return [[stage.call("POST", path, {"from": 2 * i + 1, "to": 2 * i + 1}, stage.world.fred) for i in range(count)][-1]]


def title(stage, size):
    made = {"channelId": new_id(), "sendId": new_id(), "createChannel": {"kind": GROUP, "title": "x" * size}}
    return [stage.command(describe={"title": "é" * size}), stage.call("POST", "/v1/channels", made, stage.world.sam)]


def description(stage, size):
    return [stage.command(describe={"description": "é" * size})]


def invitations(stage, count):
    new = lambda: {"invitation": new_id(), "secretHash": fresh_hash()}  # noqa: E731
    stage.world.spoil()
    room = stage.world.room  # has one
    return [[stage.command(channel=room.id, createInvitation=new()) for _ in range(count - 1)][-1]]


def profile(field):
    return lambda stage, size: [stage.call("PATCH", "/v1/account", {field: "é" * size}, stage.world.sam)]


def new_password(stage, size):
    path, body = "/v1/account/password", {"oldPassword": stage.world.sam.password, "newPassword": "x" * size}
    verdict = stage.call("POST", path, body, stage.world.sam)
    if verdict[0] == "ok":
        stage.world.sam.password = "x" * size
    return [verdict]


def devices(stage, count):
    body = {"handle": stage.pool[3].handle, "password": PASSWORD}
    have = len(stage.pool[3].call("GET", "/v1/devices")["devices"])
    return [[verdict_of_answer(stage.world.http.ask("POST", "/v1/auth/sign-in", body)) for _ in range(count - have)][-1]]


def listed(where):
    return lambda stage, count: [[stage.call("PUT", f"/v1/{where}/{uuid_text(one.account)}", None, stage.world.sam)
                                  for one in stage.pool[:count]][-1]]


def sessions(stage, count):
    lines = [stage.pool[4].line() for _ in range(count)]
    try:
        if count <= stage.value:
            return [verdict_of_frame(line.ask(getInbox={})) for line in lines]
        return [ending(lines[0]), *[("too_many_sessions", "")] * all(
            verdict_of_frame(line.ask(getInbox={}))[0] == "ok" for line in lines[1:])]
    finally:
        for line in lines:
            line.close()


def in_flight(stage, count):
    line = stage.pool[5].line()
    group_id = new_id()
    line.ask(command={"channelId": group_id, "sendId": new_id(), "createChannel": {"kind": GROUP, "title": "x"}})
    line.send(b"".join(frame(TEXT, json.dumps({"request": 100 + i, "command": {
        "channelId": group_id, "sendId": new_id(), "post": {"content": {"text": "x"}}}}).encode()) for i in range(count)))
    told = [verdict_of_frame(line.answer(100 + i)) for i in range(1)] if count == 1 else answers(line, count)
    line.close()
    refused = [one for one in told if one[0] != "ok"]
    return refused or told


def answers(line, count):
    """Of requests 100 and on, in whatever order they come."""
    told = {}
    while len(told) < count:
        one = line.read()
        number = int(one.get("request", 0))
        if number >= 100:
            told[number] = verdict_of_frame(one)
            if "error" in one and not int(one["error"].get("retryAfterMs", 0)):
                raise Wrong(f"nothing says when to try again: {one}")
    return list(told.values())


def watches(stage, count):
    return [verdict_of_frame(stage.line.ask(watch={"accounts": [new_id() for _ in range(count)]}))]


def greeting(stage, count):
    opened = []
    try:
        for _ in range(count):
            line = Bytes(stage.world.target)
            opened.append(line)
            line.send(b"GET /v1/ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                      b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n")
            head = line.take_until(b"\r\n\r\n")
        return [("ok", "") if b" 101 " in head else ("too_many_requests", "") if b" 429 " in head else (head.decode(), "")]
    except (EOFError, ConnectionError):
        return [("too_many_requests", "")]
    finally:
        for line in opened:
            line.close()


def sign_ups(stage, _count):
    return [verdict_of_answer(stage.world.http.ask("POST", "/v1/accounts", {"handle": f"m.{os.urandom(8).hex()}", "password": PASSWORD}))]


def failures(stage, count):
    handle, told = stage.pool[6].handle if count > stage.value else stage.pool[7].handle, []
    for _ in range(count):
        told = verdict_of_answer(stage.world.http.ask("POST", "/v1/auth/sign-in", {"handle": handle, "password": "wrong"}))
    return [("ok", "") if told[0] == "wrong_credentials" else told]


# name -> what to do with so much of it; the verdicts.
ASKED = {
    "text_code_points": text, "content_bytes": content, "frame_bytes": frames, "hello_bytes": hellos, "http_header_bytes": headers,
    "group_members": group, "channels_per_account": channels, "mentions_per_message": mentions, "targets_per_delete": targets,
    "reaction_bytes": reaction, "reactions_per_message": reactions, "edits_per_message": edits, "hidden_ranges": hidden,
    "title_code_points": title, "description_code_points": description, "invitations_per_channel": invitations,
    "display_name_code_points": profile("displayName"), "about_code_points": profile("about"), "password_max_bytes": new_password,
    "devices_per_account": devices, "contacts_per_account": listed("contacts"), "blocks_per_account": listed("blocks"),
    "sessions_per_device": sessions, "watches_per_session": watches, "signin_failures": failures,
}
# The least that is allowed rather than the most.
LEAST = {"password_min_bytes": new_password}
# Far beyond rather than one: answers go out meanwhile, and connections of the lies themselves count.
BEYOND = {"sends_in_flight": (in_flight, 1, 64), "unauthenticated_per_address": (greeting, 4, 12)}
# Said at the end, when all who are needed have signed up.
AT_THE_END = {"signups_per_hour": sign_ups}
# Times: begun first, looked at last.
TIMES = {"hello_ms", "http_request_ms", "http_idle_ms"}


def check_complete():
    known = {*ASKED, *LEAST, *BEYOND, *AT_THE_END, *TIMES, *ELSEWHERE, *NOT_HERE}
    for name, row in LIMITS.items():
        if row["error"] and name not in known:
            raise NotInTheTable(f"the limit {name} is new: ask at and beyond it in tests/hostile/lies_limits.py")
    for name, where in ELSEWHERE.items():
        assert name in (ROOT / where).read_text(), f"{where} says nothing of {name} any more"


@contextlib.contextmanager
def silent(target):
    """(name, error, connection) of those who say nothing, or not enough."""
    hello = Line(target)
    head = Bytes(target)
    head.send(b"POST /v1/accounts HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
    idle = Bytes(target)
    idle.send(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
    yield hello, head, idle
    for one in (hello, head, idle):
        one.close()


def end_of(connection):
    """Everything that comes until the server closes."""
    try:
        while True:
            connection.fill()
    except (EOFError, ConnectionError):
        return connection.buffer


def check_times(run, hello, head, idle):
    run.check("hello_ms", lambda: allow(ending(hello), names("timeout")))

    def half():
        told = end_of(head)
        if b" 408 " not in told or b'"timeout"' not in told:
            raise Wrong(f"half a request was answered with {told[:300]}")

    run.check("http_request_ms", half)

    def nothing():
        told = end_of(idle)
        if told.count(b"HTTP/1.1") != 1 or b" 200 " not in told:
            raise Wrong(f"an idle connection was told {told[:300]}")

    run.check("http_idle_ms", nothing)


def check_all(verdicts, allowed):
    for verdict in verdicts:
        allow(verdict, allowed)


def lie_to_limits(run, world, _victims):
    if not run.own:
        return run.skip("they need a server of our own, with small ones")
    with Server(run.own / "small", "--limit-loopback", "true", *limits(**SMALL)) as server:
        target = type(world.target)(server.url)
        small = World(target)
        three = new_id()  # a group of three, whose messages are counted
        pool = [small.sign_up(f"pool{i}").settled() for i in range(12)]
        small.mallory.call("POST", "/v1/channels", {"channelId": three, "sendId": new_id(), "createChannel": {
            "kind": GROUP, "title": "Three", "members": [small.fred.account, pool[0].account]}})
        with silent(target) as waiting:
            for name, what in {**ASKED, **LEAST}.items():
                value = SMALL.get(name, LIMITS[name]["default"])
                stage = Stage(small, value)
                stage.pool, stage.ten = pool, pool[8]
                stage.three = three
                error = names(LIMITS[name]["error"])
                run.check(f"{name}/at it", lambda: check_all(what(stage, value), OK))
                run.check(f"{name}/one beyond", lambda: check_all(what(stage, value + (1 if name in ASKED else -1)), error))
                stage.line.close()
            for name, (what, few, many) in BEYOND.items():
                stage = Stage(small, SMALL[name])
                stage.pool = pool
                run.check(f"{name}/few", lambda: check_all(what(stage, few), OK))
                run.check(f"{name}/too many", lambda: check_all(what(stage, many), names(LIMITS[name]["error"])))
                stage.line.close()

            def sign_up_until_refused():
                for _ in range(SMALL["signups_per_hour"] + 1):
                    verdict = sign_ups(stage, 1)[0]
                    if verdict[0] != "ok":
                        return allow(verdict, names("too_many_requests"))
                raise Wrong("more sign-ups than the limit were taken")

            run.check("signups_per_hour", sign_up_until_refused)
            check_times(run, *waiting)
        if server.process.poll() is not None or "internal" in server.log():
            run.found("the small server", server.log()[-3000:])
        server.stop()


