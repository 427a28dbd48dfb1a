"""Right frames at the wrong time: before hello, again, without a number, after the end."""

from hostile.contract import CLIENT_FRAME, FRAMES, HINTS
from hostile.encode import to_json, to_wire
from hostile.judge import Wrong, allow, verdict_of_end, verdict_of_frame
from hostile.kinds import MALFORMED, OK, names
from hostile.people import new_id
from hostile.stage_frames import RIGHT_FRAMES, right_command
from hostile.talk import BINARY, CLOSE, TEXT, Ended, Line, frame

NUMBERS_OF_NO_REQUEST = ['-1', '1.5', '"x"', '18446744073709551616', '1e400', 'true', '{}', '[]', 'NaN']


def right(world, name):
    return right_command(world, "post") if name == "command" else RIGHT_FRAMES[name](world)


def bytes_of(tree, binary):
    return to_wire(CLIENT_FRAME, tree) if binary else to_json(tree)


def ending(line):
    """How the server ends the session; what it says before is kept."""
    while True:
        try:
            told = line.read()
        except Ended as ended:
            return verdict_of_end(ended)
        if "error" in told and not int(told.get("request", 0)):
            line.last_error = told["error"]
        else:
            line.pushes.append(told)


def head_of(world):
    return int(world.mallory.call("GET", world.room.path)["row"]["head"])


def unchanged(world, what):
    """What `what` does leaves the room as it is."""
    before = head_of(world)
    what()
    if head_of(world) != before:
        raise Wrong("something was let through: the room's head has moved")


def before_hello(run, world, binary, title):
    for name in FRAMES:
        if name == "hello":
            continue

        def ask(name=name):
            line = Line(world.target, binary)
            line.say(bytes_of({"request": 1, name: right(world, name)}, binary))
            allow(ending(line), names("hello_expected"))
            line.close()

        run.check(f"{title}/{name} before hello", lambda ask=ask: unchanged(world, ask))

    def stranger():
        line = Line(world.target, binary)
        line.say(b"\x08\x01\xfa\x3f\x03abc" if binary else b'{"request":1,"ofTheFuture":{}}')
        allow(ending(line), names("hello_expected"))
        line.close()

    run.check(f"{title}/a frame of the future before hello", stranger)


def without_number(run, world, binary, title):
    for name in FRAMES:
        for label, number in (("without a number", {}), ("with the number 0", {"request": 0})):
            def ask(name=name, number=number):
                line = Line(world.target, binary)
                if name != "hello":
                    line.hello(world.mallory.token)
                line.say(bytes_of({**number, name: right(world, name)}, binary))
                if name not in HINTS:
                    allow(ending(line), MALFORMED)
                    return line.close()
                line.ask(getInbox={})
                told = [one for one in line.pushes if "error" in one or "ok" in one or "presenceNow" in one]
                line.close()
                if told or line.last_error:
                    raise Wrong(f"a hint without a number was answered: {told} {line.last_error}")

            run.check(f"{title}/{name} {label}", lambda ask=ask: unchanged(world, ask))

    def stranger():
        line = world.mallory.line(binary)
        line.say(b"\xfa\x3f\x03abc" if binary else b'{"ofTheFuture":{}}')
        allow(verdict_of_frame(line.ask(getInbox={})), OK)
        line.close()

    run.check(f"{title}/a hint of the future is passed over", stranger)


def again(run, world, binary, title):
    def hello_again():
        line = world.mallory.line(binary)
        allow(verdict_of_frame(line.ask(hello={"version": 1, "accessToken": world.fred.token})), names("invalid_argument"))
        allow(verdict_of_frame(line.ask(getChannel={"channelId": world.room.id})), OK)
        line.close()

    run.check(f"{title}/hello again", hello_again)

    def same_number():
        line = world.mallory.line(binary)
        for name in ("getChannel", "setActive", "watch"):  # with small answers: all of them fit the outbox
            line.say(bytes_of({"request": 77, name: right(world, name)}, binary))
        for _ in range(3):
            allow(verdict_of_frame(line.answer(77)), OK)
        line.close()

    run.check(f"{title}/one number for three requests", same_number)

    def highest():
        line = world.mallory.line(binary)
        line.say(bytes_of({"request": (1 << 64) - 1, "getInbox": {}}, binary))
        allow(verdict_of_frame(line.answer((1 << 64) - 1)), OK)
        line.close()

    run.check(f"{title}/the highest number", highest)

    def other_form():
        line = world.mallory.line(binary)
        line.send(frame(TEXT if binary else BINARY, bytes_of({"request": 5, "getInbox": {}}, not binary)))
        allow(verdict_of_frame(line.answer(5)), OK)
        line.close()

    run.check(f"{title}/the other form after hello", other_form)


def after_the_end(run, world, binary, title):
    form = BINARY if binary else TEXT

    def post():
        return frame(form, bytes_of({"request": 9, "command": right_command(world, "post")}, binary))

    def behind(first, allowed, greeted=True):
        def ask():
            line = world.mallory.line(binary) if greeted else Line(world.target, binary)
            line.send(first + post())
            if allowed:
                allow(ending(line), allowed)
            else:
                try:
                    while True:
                        line.read()
                except Ended:
                    pass
            line.close()

        return lambda: unchanged(world, ask)

    wrong_hello = bytes_of({"request": 1, "hello": {"version": 1, "accessToken": "nobody's"}}, binary)
    old_hello = bytes_of({"request": 1, "hello": {"version": 7, "accessToken": world.mallory.token}}, binary)
    run.check(f"{title}/a post behind our close", behind(frame(CLOSE, b"\x03\xe8"), None))
    run.check(f"{title}/a post behind nonsense", behind(frame(form, b"\xff\xff"), MALFORMED))
    run.check(f"{title}/a post behind a wrong hello", behind(frame(form, wrong_hello), names("unauthenticated"), False))
    run.check(f"{title}/a post behind an old hello", behind(frame(form, old_hello), names("unsupported_version"), False))
    run.check(f"{title}/a post behind a text that is no UTF-8", behind(frame(TEXT, b"\xff"), MALFORMED))
    run.check(f"{title}/a post behind a reserved opcode", behind(frame(5, b"x"), MALFORMED))
    run.check(f"{title}/a post behind an unmasked frame", behind(b"\x81\x02{}", MALFORMED))


def lie_about_order(run, world, _victims):
    for binary in (False, True):
        title = "binary" if binary else "json"
        before_hello(run, world, binary, title)
        without_number(run, world, binary, title)
        again(run, world, binary, title)
        after_the_end(run, world, binary, title)
    for number in NUMBERS_OF_NO_REQUEST:
        def ask(number=number):
            line = world.mallory.line()
            line.say(b'{"request":' + number.encode() + b',"getInbox":{}}')
            allow(ending(line), MALFORMED)
            line.close()

        run.check(f"json/the number {number}", ask)
    for name in ("welcome", "outcome", "ok", "error", "events", "registers"):
        def answer(name=name):
            line = world.mallory.line()
            line.say(to_json({"request": 3, name: {"channelId": new_id()}}))
            allow(verdict_of_frame(line.answer(3)), names("unknown_request"))
            line.close()

        run.check(f"json/{name}, which is for the server to say", answer)
    for path in ("/v1/ws", "/v1/ws/", "/v1/WS"):
        def plain(path=path):
            answer = world.http.ask("GET", path, token=world.mallory.token)
            if answer.status < 400:
                raise Wrong(f"a WebSocket's path was answered with {answer.status}")

        run.check(f"http/GET {path} without an upgrade", plain)


