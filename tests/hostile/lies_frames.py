"""Every field of every frame and command, wrong in every way its type and its meaning allow, in both forms."""

import itertools

from hostile.contract import CLIENT_FRAME, COMMANDS, FRAMES
from hostile.encode import ABSENT, to_json, to_wire
from hostile.fields import kind_of
from hostile.judge import Wrong, allow, mentions, verdict_of_end, verdict_of_frame
from hostile.kinds import Nested, lies_about
from hostile.people import new_id
from hostile.stage_frames import AGAIN_THE_SAME, RIGHT_COMMANDS, RIGHT_FRAMES, right_command, speaker
from hostile.talk import Ended, Line
from hostile.walk import lies_in

# A oneof that is not there: a frame without a body, a command without a deed; of another wire type it is a stranger.
ENDING = {"malformed", "too_large"}  # as far as lies about fields go
BODY = {"ClientFrame": Nested("malformed unknown_request hello_expected"), "Command": Nested("invalid_argument")}


class Lines:
    """One live connection for each person and form, opened again after it was ended."""

    def __init__(self, world):
        self.world, self.open, self.request = world, {}, 1000

    def of(self, person, binary):
        key = (person.account, binary)
        if key not in self.open:
            self.open[key] = person.line(binary)
        return self.open[key]

    def drop(self, person, binary):
        line = self.open.pop((person.account, binary), None)
        if line:
            line.close()

    def close(self):
        for line in self.open.values():
            line.close()
        self.open = {}


def say(line, tree):
    """Sends a tree that is a ClientFrame, lies and all; the verdict."""
    line.say(to_wire(CLIENT_FRAME, tree) if line.binary else to_json(tree))
    try:
        return verdict_of_frame(line.answer(tree["request"]))
    except Ended as ended:
        return verdict_of_end(ended)


def judged(run, name, lie, path, say_it):
    """True where the server took it."""
    taken = []

    def ask():
        verdict = say_it()
        taken.append(verdict[0] == "ok")
        allow(verdict, lie.allowed)
        if lie.names_field and verdict[0] != "ok" and not mentions(verdict[1], path[-1]):
            raise Wrong(f"{verdict[0]} does not say which field: {verdict[1]}")

    run.check(name, ask)
    return bool(taken and taken[0])


def variants():
    """(name, what it stands in) of everything to say: frames but the command, and every command."""
    for name in FRAMES:
        if name != "command":
            yield name, None
    for name in COMMANDS:
        for variant in RIGHT_COMMANDS[name]:
            yield name, variant


def tree_of(world, name, variant):
    return {"command": right_command(world, variant)} if variant else {name: RIGHT_FRAMES[name](world)}


def all_lies(tree, name, variant, binary, reached=None):
    """(path, lie, tree) for one right frame."""
    outer = "command" if variant else name
    field = FRAMES[outer]
    for lie in lies_about(field, BODY["ClientFrame"], tree[outer], binary):
        yield (outer,), lie, {outer: lie.value}
    body = tree[outer]
    if not variant:
        for path, lie, changed in lies_in(field.message_type, body, binary, "", (outer,), reached):
            yield path, lie, {outer: changed}
        return
    deed = COMMANDS[name]
    for lie in lies_about(deed, BODY["Command"], body[name], binary):
        yield (name,), lie, {outer: {**body, name: lie.value}}
    for path, lie, changed in lies_in(deed.message_type, body[name], binary, variant, (name,), reached):
        yield path, lie, {outer: {**body, name: changed}}
    for known in ("channel_id", "send_id"):
        one = field.message_type.fields_by_name[known]
        if reached is not None:
            reached.add(f"Command.{known}")
        for lie in lies_about(one, kind_of(one, variant), body.get(one.json_name, ABSENT), binary):
            yield (one.json_name,), lie, {outer: {**body, one.json_name: lie.value}}


def lie_about(run, world, lines, name, variant, binary, reached):
    title = f"{'binary' if binary else 'json'}/{variant or name}"

    def tell(tree):
        speaks = speaker(world, variant)
        lines.request += 1
        tree = {"request": lines.request, **tree}
        if name == "hello":
            line = Line(world.target, binary)
            try:
                return say(line, tree)
            finally:
                line.close()
        try:
            verdict = say(lines.of(speaks, binary), tree)
        except Exception:
            lines.drop(speaks, binary)
            raise
        if verdict[0] in ENDING:
            lines.drop(speaks, binary)
        return verdict

    run.check(f"{title}/right", lambda: allow(tell(tree_of(world, name, variant)), {"ok"}))
    done, spoilt = 0, True
    while spoilt:
        # What the server took has changed the room: the lies that are left are about a new one.
        spoilt = False
        if variant and variant not in AGAIN_THE_SAME:
            world.spoil()
        told = all_lies(tree_of(world, name, variant), name, variant, binary, reached)
        for path, lie, tree in itertools.islice(told, done, None):
            done += 1
            if variant and isinstance(tree["command"], dict) and path != ("sendId",):
                tree["command"]["sendId"] = new_id()
            taken = judged(run, f"{title}/{'.'.join(path)}/{lie.label}", lie, path, lambda: tell(tree))
            if taken and variant and variant not in AGAIN_THE_SAME:
                spoilt = True
                break


def lie_about_frames(run, world, _victims):
    lines, reached = Lines(world), run.reached
    reached |= {f"ClientFrame.{field.name}" for field in CLIENT_FRAME.fields}
    for name, variant in variants():
        for binary in (False, True):
            lie_about(run, world, lines, name, variant, binary, reached)
    lines.close()
