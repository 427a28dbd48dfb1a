"""Right requests about what is not as they take it to be: another kind of channel, what was deleted, what is taken, a web
page of somewhere else."""

from hostile.contract import COMMANDS
from hostile.fields import NotInTheTable
from hostile.judge import Wrong, allow, verdict_of_answer, verdict_of_frame
from hostile.kinds import OK, names
from hostile.people import DIRECT, PASSWORD, SELF, new_id, uuid_text
from hostile.stage_frames import RIGHT_COMMANDS, right_command
from hostile.talk import Bytes

# What only a group has. Whatever else a command says of a group's people or messages is not there either.
GROUPS_ALONE = {"describe", "changeSettings", "addMembers", "removeMember", "leave", "setRole", "handOver", "createInvitation",
                "revokeInvitation"}
NOT_THERE = {"edit": "target_unknown", "delete": "target_unknown", "react": "target_unknown", "join": "already_member"}
ANYWHERE = {"post", "createChannel", "cryptoCommit"}
ORIGIN = [("Origin", "https://evil.example")]


def check_complete():
    for name in COMMANDS:
        if name not in GROUPS_ALONE | ANYWHERE and name not in NOT_THERE:
            raise NotInTheTable(f"the command {name} is new: say in tests/hostile/lies_states.py in which kinds of channel it goes")


def own_channels(world, line):
    """mallory's channels that are no group, by kind."""
    for body in ({"kind": DIRECT, "peer": world.sam.account}, {"kind": SELF}):
        allow(verdict_of_frame(line.ask(command={"sendId": new_id(), "createChannel": body})), OK)
    rows = line.ask(getInbox={})["inbox"]["rows"]
    return {row["kind"]: row["channelId"] for row in rows if row["kind"] != "CHANNEL_KIND_GROUP"}


def other_kinds(run, world, binary, title):
    line = world.mallory.line(binary)
    for kind, channel in own_channels(world, line).items():
        for name, every in RIGHT_COMMANDS.items():
            if name in ANYWHERE:
                continue
            for variant in every:
                def ask():
                    tree = {**right_command(world, variant), "channelId": channel}
                    for number in ("target", "targets"):
                        if number in tree[name]:  # the message of a group: here it is the beginning, or nothing
                            tree[name][number] = 1 if number == "target" else [1]
                    allow(verdict_of_frame(line.ask(command=tree)), names(NOT_THERE.get(name, "wrong_kind")))

                run.check(f"{title}/{variant} in {kind}", ask)

    def twice():
        tree = {"channelId": world.room.id, "sendId": new_id(), "createChannel": {"kind": "CHANNEL_KIND_GROUP", "title": "Again"}}
        allow(verdict_of_frame(line.ask(command=tree)), names("channel_exists"))

    run.check(f"{title}/a group that is there already", twice)

    def log_of_the_server():
        channels = own_channels(world, line)
        tree = {"channelId": channels["CHANNEL_KIND_ACCOUNT"], "sendId": new_id(), "createChannel": {"kind": "CHANNEL_KIND_ACCOUNT"}}
        allow(verdict_of_frame(line.ask(command=tree)), names("invalid_argument"))

    run.check(f"{title}/the log of an account is not made by clients", log_of_the_server)
    line.close()


def deleted(run, world, binary, title):
    def ask():
        world.spoil()
        line, at = world.mallory.line(binary), {"channelId": world.room.id}
        line.ask(command={**at, "sendId": new_id(), "delete": {"targets": [world.room.seq]}})
        for name, body in (("edit", {"target": world.room.seq, "content": {"text": "x"}}), ("delete", {"targets": [world.room.seq]}),
                           ("react", {"target": world.room.seq, "content": {"text": "x"}})):
            allow(verdict_of_frame(line.ask(command={**at, "sendId": new_id(), name: body})), names("target_deleted"), f"{name}: ")
        told = line.ask(getContent={**at, "seq": world.room.seq})["content"]
        if "content" in told:
            raise Wrong(f"what was deleted is still told: {told}")
        line.close()
        world.spoil()

    run.check(f"{title}/a message that was deleted", ask)


def over_http(run, world, victims):
    def taken():
        for handle in (victims.vera.handle, world.fred.handle):
            body = {"handle": handle, "password": PASSWORD}
            allow(verdict_of_answer(world.http.ask("POST", "/v1/accounts", body)), names("handle_taken"))
        spare = world.victimless
        spare.call("DELETE", "/v1/account", {"password": PASSWORD})
        body = {"handle": spare.handle, "password": PASSWORD}
        allow(verdict_of_answer(world.http.ask("POST", "/v1/accounts", body)), names("handle_taken"))
        allow(verdict_of_answer(world.http.ask("POST", "/v1/auth/sign-in", body)), names("wrong_credentials"))
        world.spoil()

    run.check("http/a handle that is taken, or was", taken)

    def cookies():
        signed_up = {"handle": "h.cookie", "password": PASSWORD, "cookie": True}
        for path, body in (("/v1/accounts", signed_up), ("/v1/auth/sign-in", {**signed_up, "handle": world.fred.handle}),
                           ("/v1/auth/refresh", {"cookie": True})):
            allow(verdict_of_answer(world.http.ask("POST", path, body, headers=ORIGIN)), names("origin_not_allowed"), f"{path}: ")
        answer = world.http.ask("POST", "/v1/auth/refresh", {"cookie": True}, headers=[("Cookie", "parley_refresh=x; parley_refresh=y")])
        allow(verdict_of_answer(answer), names("unauthenticated"))

    run.check("http/cookies for a page of somewhere else", cookies)

    def web_socket():
        line = Bytes(world.target)
        line.send(f"GET /v1/ws HTTP/1.1\r\nHost: {world.target.host}:{world.target.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                  f"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n{ORIGIN[0][0]}: {ORIGIN[0][1]}\r\n\r\n".encode())
        head = line.take_until(b"\r\n\r\n")
        line.close()
        if not head.startswith(b"HTTP/1.1 403"):
            raise Wrong(f"a page of somewhere else was let in: {head}")

    run.check("http/a WebSocket for a page of somewhere else", web_socket)

    def themselves():
        own = uuid_text(world.mallory.account)
        for path in (f"/v1/contacts/{own}", f"/v1/blocks/{own}"):
            allow(verdict_of_answer(world.http.ask("PUT", path, token=world.mallory.token)), names("invalid_argument"), f"{path}: ")

    run.check("http/oneself as a contact, or blocked", themselves)


def lie_about_states(run, world, victims):
    for binary in (False, True):
        title = "binary" if binary else "json"
        other_kinds(run, world, binary, title)
        deleted(run, world, binary, title)
    over_http(run, world, victims)
