"""Other people's channels, messages, devices and invitations: by strangers, members without the role, those who left, and
those who are blocked. What a stranger hears of somebody else's is what they hear of nothing."""

import re

from e2e_server import ROOT
from hostile.contract import COMMANDS, FRAMES, OPERATIONS
from hostile.encode import to_json
from hostile.fields import NotInTheTable
from hostile.judge import Wrong, allow, verdict_of_answer, verdict_of_frame
from hostile.kinds import names
from hostile.people import DIRECT, GROUP, b64, new_id, uuid_text
from hostile.stage_calls import RIGHT_CALLS, nobody
from hostile.stage_frames import RIGHT_COMMANDS, RIGHT_FRAMES, SETTINGS, WITHOUT_CHANNEL, right_command
from hostile.victims import fresh_hash

# What an ordinary member may not do, and how it is refused. A command that any member may do stands in MEMBER_MAY.
MEMBER_MAY = {"post", "react", "leave", "createChannel", "join", "cryptoCommit"}
MEMBER_MAY_NOT = {
    "edit": (lambda v: {"target": v.room.seq, "content": {"text": "mine now"}}, "not_author"),
    "delete": (lambda v: {"targets": [v.room.seq]}, "not_author"),
    "describe": (lambda v: {"title": "Mine"}, "not_allowed"),
    "changeSettings": (lambda v: {"settings": SETTINGS}, "not_allowed"),
    "addMembers": (lambda v: {"accounts": [v.hugo.account]}, "not_allowed"),
    "removeMember": (lambda v: {"account": v.vera.account}, "not_allowed"),
    "setRole": (lambda v: {"account": v.ines.account, "role": "ROLE_ADMIN"}, "not_allowed"),
    "handOver": (lambda v: {"to": v.ines.account}, "not_allowed"),
    "createInvitation": (lambda v: {"invitation": new_id(), "secretHash": fresh_hash()}, "not_allowed"),
    "revokeInvitation": (lambda v: {"invitation": v.room.invitation}, "not_allowed"),
}
# What an admin may not do to the owner, or to what is the owner's.
ADMIN_MAY_NOT = {
    "edit": (lambda v: {"target": v.room.seq, "content": {"text": "mine now"}}, "not_author"),
    "removeMember": (lambda v: {"account": v.vera.account}, "not_allowed"),
    "setRole": (lambda v: {"account": v.viktor.account, "role": "ROLE_ADMIN"}, "not_allowed"),
    "handOver": (lambda v: {"to": v.viktor.account}, "not_allowed"),
}
HINTS_TELL_NOTHING = {"typing", "openChannels"}


def check_complete():
    for name in COMMANDS:
        if name not in MEMBER_MAY and name not in MEMBER_MAY_NOT:
            raise NotInTheTable(f"the command {name} is new: say in MEMBER_MAY or MEMBER_MAY_NOT of tests/hostile/lies_foreign.py "
                                "whether any member may do it")


def alike(first, second):
    if first != second:
        raise Wrong(f"somebody else's is answered with {first}, nothing with {second}")


def stranger_live(run, world, victims, binary, title):
    for kind, channel in (("a group", victims.room.id), ("a direct channel", victims.direct)):
        for name, field in FRAMES.items():
            if name == "command" or not {"channel_id", "channel_ids"} & set(field.message_type.fields_by_name):
                continue
            key = "channelIds" if "channel_ids" in field.message_type.fields_by_name else "channelId"

            def ask(name=name, key=key, channel=channel):
                line = world.mallory.line(binary)
                told = []
                for of in (channel, new_id()):
                    told.append(verdict_of_frame(line.ask(**{name: {**RIGHT_FRAMES[name](world), key: [of] if key.endswith("s") else of}})))
                line.close()
                alike(*told)
                allow(told[0], names("ok") if name in HINTS_TELL_NOTHING else names("channel_unknown"))

            run.check(f"{title}/{name} of {kind}", ask)
        for every in RIGHT_COMMANDS.values():
            for variant in every:
                if variant in WITHOUT_CHANNEL or variant == "createChannel":
                    continue  # their ids are looked at below

                def say(variant=variant, channel=channel):
                    line = world.mallory.line(binary)
                    told = [verdict_of_frame(line.ask(command={**right_command(world, variant), "channelId": of}))
                            for of in (channel, new_id())]
                    line.close()
                    alike(*told)
                    allow(told[0], names("invitation_invalid" if variant == "join" else "channel_unknown"))

                run.check(f"{title}/{variant} in {kind}", say)

    def taken():
        line = world.mallory.line(binary)
        for of in (victims.room.id, victims.direct):
            tree = {**right_command(world, "createChannel"), "channelId": of}
            allow(verdict_of_frame(line.ask(command=tree)), names("channel_exists", "invalid_argument"))
        tree = {"channelId": victims.direct, "sendId": new_id(), "createChannel": {"kind": DIRECT, "peer": victims.vera.account}}
        allow(verdict_of_frame(line.ask(command=tree)), names("invalid_argument"))
        line.close()

    run.check(f"{title}/createChannel over somebody else's", taken)

    def presence():
        line = world.mallory.line(binary)
        asked = [victims.vera.account, new_id(), victims.viktor.account, new_id(), victims.vera.account]
        told = line.ask(watch={"accounts": asked})["presenceNow"]["accounts"]
        line.close()
        if told != [{"account": one} for one in asked[:4]]:
            raise Wrong(f"a stranger is told of presence, or who there is: {told}")

    run.check(f"{title}/presence of strangers", presence)

    def invitations():
        line, sam = world.mallory.line(binary), world.sam.line(binary)
        secret = b64(victims.room.secret)
        allow(verdict_of_frame(sam.ask(command={**right_command(world, "join"), "join": {"secret": secret}})), names("invitation_invalid"))
        tree = {**right_command(world, "revokeInvitation"), "revokeInvitation": {"invitation": victims.room.invitation}}
        allow(verdict_of_frame(line.ask(command=tree)), names("invitation_invalid"))
        line.close()
        sam.close()

    run.check(f"{title}/invitations of another channel", invitations)

    def mention():
        line = world.mallory.line(binary)
        tree = right_command(world, "post")
        tree["post"] = {"content": {"text": "x"}, "mentions": [victims.vera.account]}
        allow(verdict_of_frame(line.ask(command=tree)), names("invalid_argument"))
        for name, body in (("removeMember", {"account": victims.vera.account}), ("handOver", {"to": victims.vera.account}),
                           ("setRole", {"account": victims.vera.account, "role": "ROLE_ADMIN"})):
            tree = {"channelId": world.room.id, "sendId": new_id(), name: body}
            allow(verdict_of_frame(line.ask(command=tree)), names("account_unknown"))
        line.close()

    run.check(f"{title}/people who are not in the channel", mention)


def lesser_members(run, victims, binary, title):
    for person, table in ((victims.ines, MEMBER_MAY_NOT), (victims.viktor, ADMIN_MAY_NOT)):
        for name, (body, refused) in table.items():
            def ask(name=name, body=body, refused=refused, person=person):
                line = person.line(binary)
                told = line.ask(command={"channelId": victims.room.id, "sendId": new_id(), name: body(victims)})
                line.close()
                allow(verdict_of_frame(told), names(refused))

            run.check(f"{title}/{name} by {'a member' if table is MEMBER_MAY_NOT else 'an admin'}", ask)


def who_left(run, world, victims, binary, title):
    for every in RIGHT_COMMANDS.values():
        for variant in every:
            if variant in WITHOUT_CHANNEL or variant == "createChannel":
                continue

            def say(variant=variant):
                line = victims.gone.line(binary)
                told = line.ask(command={**right_command(world, variant), "channelId": victims.room.id})
                line.close()
                allow(verdict_of_frame(told), names("invitation_invalid" if variant == "join" else "not_a_member"))

            run.check(f"{title}/{variant} by who left", say)

    def questions():
        line, hidden = victims.gone.line(binary), victims.hidden_from_gone
        at = {"channelId": victims.room.id, "seq": hidden}
        for name, allowed in (("getContent", "target_unknown"), ("getVersions", "target_unknown"), ("getReceipts", "not_a_member")):
            allow(verdict_of_frame(line.ask(**{name: at})), names(allowed), f"{name}: ")
        for name, body in (("getHistory", {"to": hidden}), ("moveCursor", {"read": hidden}), ("hideMessages", {"from": 1, "to": hidden})):
            allow(verdict_of_frame(line.ask(**{name: {"channelId": victims.room.id, **body}})), names("seq_in_future"), f"{name}: ")
        channel = line.ask(getChannel={"channelId": victims.room.id})["channel"]
        history = line.ask(getHistory={"channelId": victims.room.id})["history"]
        line.close()
        if set(channel) != {"row"} or any(int(event["header"]["seq"]) >= hidden for event in history["events"]):
            raise Wrong(f"who left sees more than until then: {channel} {history}")

    run.check(f"{title}/questions by who left", questions)


def who_is_blocked(run, victims, binary, title):
    def ask():
        line = victims.hugo.line(binary)
        for name, body in (("post", {"content": {"text": "x"}}), ("cryptoCommit", {"epoch": 0})):
            tree = {"channelId": victims.with_hugo, "sendId": new_id(), name: body}
            allow(verdict_of_frame(line.ask(command=tree)), names("blocked"), f"{name}: ")
        group = {"channelId": new_id(), "sendId": new_id(), "createChannel": {"kind": GROUP, "title": "x", "members": [victims.vera.account]}}
        allow(verdict_of_frame(line.ask(command=group)), names("blocked"), "createChannel: ")
        told = line.ask(watch={"accounts": [victims.vera.account]})["presenceNow"]["accounts"]
        line.ask(typing={"channelId": victims.with_hugo, "on": True})
        line.close()
        if any(set(one) != {"account"} for one in told):
            raise Wrong(f"who is blocked is told of presence: {told}")

    run.check(f"{title}/who is blocked", ask)


def over_http(run, world, victims):
    for operation in OPERATIONS.values():
        if not operation.in_path or not operation.needs_token:
            continue
        device = "devices" in operation.path
        if not device and "channels" not in operation.path:
            continue  # contacts and blocks are one's own, whoever they name
        theirs = victims.second.device if device else victims.room.id

        def ask(operation=operation, theirs=theirs):
            call = RIGHT_CALLS[operation.name](world)
            told = []
            for of in (theirs, new_id()):
                path = operation.path.replace("{id}", uuid_text(of)).replace("{seq}", str(victims.room.seq))
                body = to_json(call.body) if call.body is not None else None
                told.append(verdict_of_answer(world.http.ask(operation.method, path, body, world.mallory.token), operation.statuses))
            alike(*told)
            allow(told[0], nobody(operation))

        run.check(f"http/{operation.name}", ask)

    def export():
        told = [verdict_of_answer(world.http.ask("GET", f"/v1/export?channel={uuid_text(of)}", token=world.mallory.token))
                for of in (victims.room.id, new_id())]
        alike(*told)
        allow(told[0], names("channel_unknown"))

    run.check("http/exportAccount", export)

    def guess():
        told = [verdict_of_answer(world.http.ask("POST", "/v1/auth/sign-in", {"handle": handle, "password": "not theirs"}))
                for handle in (victims.hugo.handle, "nobody.at.all")]
        alike(*told)
        allow(told[0], names("wrong_credentials"))

    run.check("http/signIn as somebody and as nobody", guess)

    def search():
        for handle in (victims.vera.handle[:10], "h.", "h"):
            people = world.http.ask("GET", f"/v1/people?prefix={handle}", token=world.mallory.token).json.get("people", [])
            if any(one["account"] in (victims.vera.account, victims.viktor.account) for one in people):
                raise Wrong("a stranger finds people by the beginning of their handle")

    run.check("http/findPeople by prefix", search)


def administration(run, world):
    """What `parley admin` asks over its own socket is nowhere on this one."""
    wanted = re.compile(r'admin\.(?:look|change)\("(\w+)", "([^"]+)"')
    found = set()
    for source in sorted((ROOT / "server" / "app" / "admin").glob("*.cpp")):
        found |= set(wanted.findall(source.read_text()))
    assert len(found) > 20, "operations of the administrator are written in another way now"
    for method, path in sorted(found):
        for prefix in ("", "/admin", "/v1/admin"):
            where = prefix + path.replace("{id}", "1").replace("{who}", world.fred.handle)
            run.check(f"http/{method} {prefix}{path}", lambda: allow(
                verdict_of_answer(world.http.ask(method, where, b"{}" if method != "GET" else None, world.mallory.token)),
                names("not_found")))


def lie_about_others(run, world, victims):
    for binary in (False, True):
        title = "binary" if binary else "json"
        stranger_live(run, world, victims, binary, title)
        lesser_members(run, victims, binary, title)
        who_left(run, world, victims, binary, title)
        who_is_blocked(run, victims, binary, title)
    over_http(run, world, victims)
    administration(run, world)


