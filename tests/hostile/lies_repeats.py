"""What was said once is said again as something else: a sendId that has an outcome keeps it (P1, P3)."""

from hostile.contract import COMMANDS
from hostile.judge import Wrong, allow, verdict_of_frame
from hostile.kinds import OK
from hostile.lies_order import bytes_of
from hostile.people import new_id, uuid_text
from hostile.stage_frames import RIGHT_COMMANDS, right_command, speaker
from hostile.talk import BINARY, TEXT, frame


def outcome_of(told):
    verdict_of_frame(told)
    if "outcome" not in told:
        raise Wrong(f"no outcome: {told}")
    return {key: value for key, value in told["outcome"].items()}


def head(person, channel):
    return person.call("GET", f"/v1/channels/{uuid_text(channel)}")["row"].get("head")


def same(first, second, what):
    if first != second:
        raise Wrong(f"{what}: {first} became {second}")


def again_as_another(world, variant, binary):
    """A command, and then its sendId under every other command."""
    person = speaker(world, variant)
    line, http = person.line(binary), world.http
    right = right_command(world, variant)
    first = outcome_of(line.ask(command=right))
    if "refused" in first:
        raise Wrong(f"the right one was refused: {first}")
    channel = first["channelId"]
    before = head(world.fred, channel) if variant not in ("createChannel.self", "removeMember") else None
    for name in COMMANDS:
        for other in RIGHT_COMMANDS[name]:
            if other.startswith("createChannel"):
                continue  # it may be for another channel: the id follows from whom it names
            lie = {**right_command(world, other), "sendId": right["sendId"], "channelId": channel}
            same(first, outcome_of(line.ask(command=lie)), f"its sendId as {other}")
            answer = http.ask("POST", f"/v1/channels/{uuid_text(channel)}/commands", lie, person.token)
            same(first, {key: value for key, value in answer.json.items()}, f"its sendId as {other} over HTTP")
    if before is not None:
        same(before, head(world.fred, channel), "the head")
    line.close()


def first_words_count(world, binary):
    line = world.mallory.line(binary)
    send_id = new_id()

    def post(text):
        return {"channelId": world.room.id, "sendId": send_id, "post": {"content": {"text": text}}}

    first = outcome_of(line.ask(command=post("the first words")))
    same(first, outcome_of(line.ask(command=post("other words"))), "the outcome")
    answer = world.http.ask("GET", f"{world.room.path}/events/{first['seq']}", token=world.fred.token)
    same("the first words", answer.json["content"]["text"], "what was said")
    line.close()


def at_once(world, binary):
    """Twenty times in one piece: one event, twenty times the same outcome."""
    line = world.mallory.line(binary)
    before = int(head(world.mallory, world.room.id))
    send_id = new_id()
    form = BINARY if binary else TEXT
    line.send(b"".join(frame(form, bytes_of({"request": 500 + i, "command": {
        "channelId": world.room.id, "sendId": send_id, "post": {"content": {"text": f"version {i}"}}}}, binary)) for i in range(20)))
    outcomes = []
    waiting = set(range(500, 520))
    while waiting:
        told = line.read()
        if int(told.get("request", 0)) in waiting:
            waiting.discard(int(told["request"]))
            outcomes.append(outcome_of(told))
    for one in outcomes:
        same(outcomes[0], one, "the outcome")
    same(before + 1, int(head(world.mallory, world.room.id)), "the head")
    line.close()


def refusal_stays(world, binary):
    """A final refusal is not talked over by a command that would be allowed."""
    line = world.fred.line(binary)
    send_id = new_id()
    refused = outcome_of(line.ask(command={"channelId": world.room.id, "sendId": send_id, "changeSettings": {
        "settings": {"post": "WHO_MEMBERS", "add": "WHO_MEMBERS", "rename": "WHO_MEMBERS"}}}))
    same("not_allowed", refused.get("refused"), "a member's change of settings")
    same(refused, outcome_of(line.ask(command={"channelId": world.room.id, "sendId": send_id,
                                               "post": {"content": {"text": "allowed"}}})), "the outcome")
    line.close()


def others_send_ids(world, binary):
    """Somebody else's sendId, and one's own of another channel, are new ones."""
    send_id = new_id()
    mine = world.mallory.command(world.room.id, post={"content": {"text": "mine"}}, sendId=send_id)
    line = world.fred.line(binary)
    told = outcome_of(line.ask(command={"channelId": world.room.id, "sendId": send_id, "post": {"content": {"text": "fred's"}}}))
    if told["seq"] == mine["seq"]:
        raise Wrong("somebody else's sendId was answered with their outcome")
    answer = world.http.ask("GET", f"{world.room.path}/events/{mine['seq']}", token=world.fred.token)
    same("mine", answer.json["content"]["text"], "what was said")
    allow(verdict_of_frame(line.ask(command={"sendId": send_id, "createChannel": {"kind": "CHANNEL_KIND_SELF"}})), OK)
    line.close()


def lie_with_repeats(run, world, _victims):
    for binary in (False, True):
        title = "binary" if binary else "json"
        for every in RIGHT_COMMANDS.values():
            for variant in every:
                world.spoil()
                run.check(f"{title}/{variant} again as another", lambda: again_as_another(world, variant, binary))
        world.spoil()
        for label, what in (("other words", first_words_count), ("at once", at_once), ("a refusal stays", refusal_stays),
                            ("others' sendIds", others_send_ids)):
            run.check(f"{title}/{label}", lambda: what(world, binary))
    world.spoil()
