"""Right frames and requests with some bytes changed at random, and several lies in one. Nobody knows what is right to
answer; it has to be an answer all the same."""

import base64
import random

from hostile.contract import CLIENT_FRAME, OPERATIONS
from hostile.encode import to_json, to_wire
from hostile.judge import ERRORS, NEVER, allow, verdict_of_answer, verdict_of_end, verdict_of_frame
from hostile.lies_calls import JSON, PROTOBUF, path_of, query_of
from hostile.lies_frames import all_lies, tree_of, variants
from hostile.stage_calls import AGAIN, call_of
from hostile.talk import BINARY, TEXT, Ended, Line, frame

FRAMES_EACH = 12
CALLS_EACH = 12
ANY = frozenset(ERRORS) - NEVER | {"ok"}


def mangled(data, chance):
    """Some bytes cut, doubled, flipped, or put elsewhere."""
    data = bytearray(data)
    for _ in range(chance.randrange(1, 5)):
        at = chance.randrange(len(data) + 1)
        what = chance.randrange(6)
        if what == 0:
            del data[at:at + chance.randrange(1, 9)]
        elif what == 1:
            data[at:at] = data[at:at + chance.randrange(1, 30)]
        elif what == 2 and at < len(data):
            data[at] ^= 1 << chance.randrange(8)
        elif what == 3:
            data[at:at] = bytes(chance.randrange(256) for _ in range(chance.randrange(1, 9)))
        elif what == 4:
            other = chance.randrange(len(data) + 1)
            data[other:other] = data[at:at + 8]
        elif at < len(data):
            data[at] = chance.choice(b"\x00\xff\x80\x7f{}[]\",:")
    return bytes(data)


class Asker:
    """A live session of mallory's in one form. What a mangled frame is answered with is not known beforehand: another
    request behind it says when it has been."""

    def __init__(self, world, binary):
        self.world, self.binary, self.line, self.number = world, binary, None, 1 << 40

    def tell(self, payload):
        if self.line is None:
            self.line = self.world.mallory.line(self.binary)
        self.number += 1
        probe = {"request": self.number, "getChannel": {"channelId": self.world.room.id}}
        form = BINARY if self.binary else TEXT
        self.line.send(frame(form, payload) + frame(form, to_wire(CLIENT_FRAME, probe) if self.binary else to_json(probe)))
        try:
            allow(verdict_of_frame(self.line.answer(self.number)), ANY)
            for told in self.line.pushes:
                allow(verdict_of_frame(told), ANY)
            self.line.pushes.clear()
        except Ended as ended:
            self.drop()
            allow(verdict_of_end(ended), ANY)
        except Exception:
            self.drop()
            raise

    def drop(self):
        if self.line:
            self.line.close()
        self.line = None


def random_frames(run, world, chance):
    for binary in (False, True):
        asker = Asker(world, binary)
        for name, variant in variants():
            for index in range(FRAMES_EACH):
                tree = {"request": 7, **tree_of(world, name, variant)}
                if index % 3 == 2:  # two lies in one
                    lies = [changed for _, _, changed in all_lies(tree_of(world, name, variant), name, variant, binary)]
                    first, second = chance.choice(lies), chance.choice(lies)
                    tree = {"request": 7, **first, **second}
                payload = to_wire(CLIENT_FRAME, tree) if binary else to_json(tree)
                if index % 3 != 2:
                    payload = mangled(payload, chance)
                shown = base64.b64encode(payload[:60]).decode()
                run.check(f"{'binary' if binary else 'json'}/{variant or name} {index} {shown}", lambda: asker.tell(payload))
                world.spoil()
        asker.drop()

    def before_hello(payload, form):
        line = Line(world.target)
        line.send(frame(form, payload) + frame(8, b"\x03\xe8"))
        try:
            while True:
                told = line.read()
                line.last_error = told.get("error", line.last_error)
                allow(verdict_of_frame(told), ANY)
        except Ended as ended:
            if ended.code != 1000:  # that is ours, given back
                allow(verdict_of_end(ended), ANY)
        line.close()

    for index in range(FRAMES_EACH * 10):
        tree = {"request": 7, **tree_of(world, "hello", None)}
        payload, form = (to_wire(CLIENT_FRAME, tree), BINARY) if index % 2 else (to_json(tree), TEXT)
        payload = mangled(payload, chance)
        run.check(f"hello {index}", lambda: before_hello(payload, form))


def random_calls(run, world, chance):
    for operation in OPERATIONS.values():
        for index in range(CALLS_EACH):
            call = call_of(world, operation.name)
            where = path_of(operation, call) + query_of(call.query.items())
            body, media, method, token = None, JSON, operation.method, call.person.token if call.person else None
            if call.body is not None:
                media = chance.choice((JSON, PROTOBUF))
                body = to_json(call.body) if media == JSON else to_wire(operation.body, call.body)
            if body and index % 2:
                body = mangled(body, chance)
            else:
                where = "/" + "".join(chr(c) for c in mangled(where[1:].encode() or b"x", chance) if 0x21 <= c < 0x7f and c != 0x23)

            def ask():
                answer = world.http.ask(method, where, body, token, media=media)
                allow(verdict_of_answer(answer), ANY)

            run.check(f"{operation.name} {index} {where[:60]}", ask)
            if operation.name not in AGAIN:
                world.spoil()

    def heads(data):
        answer = world.http.send(data)
        allow(verdict_of_answer(answer), ANY)

    for index in range(CALLS_EACH * 10):
        head = (f"GET /v1/account?x=1 HTTP/1.1\r\nHost: {world.target.host}\r\nAuthorization: Bearer {world.mallory.token}\r\n"
                "Accept: application/json\r\nContent-Type: application/json\r\n")
        data = mangled(head.encode(), chance).replace(b"\r\n\r\n", b"\r\n") + b"Connection: close\r\n\r\n"
        run.check(f"a head {index}", lambda: heads(data))
        world.http.close()


def lie_at_random(run, world, _victims):
    chance = random.Random(random.random())
    random_frames(run, world, chance)
    random_calls(run, world, chance)
    # Whatever was taken of it may have signed mallory out or filled her group.
    world.spoil()
