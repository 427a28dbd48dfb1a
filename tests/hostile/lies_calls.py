"""Every HTTP call, wrong in method, path, query, headers and body."""

import base64
import itertools
import os

from hostile.contract import METHODS, OPERATIONS, SPEC, limit
from hostile.encode import to_json, to_wire
from hostile.judge import Wrong, allow, mentions, verdict_of_answer
from hostile.kinds import MALFORMED, OK, names
from hostile.people import uuid_text
from hostile.stage_calls import AGAIN, QUERY_TEXT, call_of, nobody
from hostile.stage_frames import RIGHT_COMMANDS, WITHOUT_CHANNEL
from hostile.walk import lies_in

WRONG = names("invalid_argument")
JSON, PROTOBUF = "application/json", "application/x-protobuf"
# A path that no route has, or that cannot be read.
NOWHERE = names("not_found", "invalid_argument", "malformed", "method_not_allowed")
BAD_IDS = ["x", "0", "00000000-0000-0000-0000-00000000000g", "0" * 31, "-" * 36, "%00", "%ff", "%zz", "%", "..%2f..", "a" * 5000,
           base64.urlsafe_b64encode(os.urandom(15)).decode(), base64.urlsafe_b64encode(os.urandom(18)).decode(), "'%20OR%201=1",
           "%7B%7D", "null", "*"]
BAD_SEQS = ["-1", "abc", "1e3", "1.0", "+1", "0x1", "%00", "99999999999999999999", str((1 << 53) + 1), "a" * 5000, "%ff", "1%20"]
ODD_QUERIES = {"unreadable": MALFORMED, "unknown, twice": WRONG}
BAD_NUMBERS = ["", "-1", "x", "1e3", "1.5", "+1", "0x1", "18446744073709551616", str((1 << 53) + 1), "NaN", "%00",
               "1%201", "[]", "9" * 400]
BAD_FLAGS = ["", "1", "0", "TRUE", "yes", "x", "truefalse"]
BAD_TEXTS = ["%ff", "%zz", "%c0%af", "%ed%a0%80", "%"]
NO_TEXTS = ["%00", "x" * 5000, "'%20OR%201=1--", "%25", "%e2%80%ae", "*"]


def path_of(operation, call, **changed):
    where = operation.path
    for name in operation.in_path:
        where = where.replace("{" + name + "}", changed.get(name, call.path[name]))
    return where


def query_of(pairs):
    return "?" + "&".join(f"{name}={value}" for name, value in pairs) if pairs else ""


def ask(world, operation, call, where=None, body=None, headers=(), media=JSON, method=None, bare=False):
    """The verdict on one request; by default the right one. `bare`: nothing is sent behind the head, not even a length."""
    if where is None:
        where = path_of(operation, call) + query_of(call.query.items())
    if body is None and call.body is not None and not bare:
        body = to_json(call.body)
    token = call.person.token if call.person else None
    answer = world.http.ask(method or operation.method, where, body, token, headers, media)
    return verdict_of_answer(answer, operation.statuses)


# ---- bodies ---------------------------------------------------------------------------------------------------------


def variants(operation):
    if operation.name == "createChannel":
        return list(RIGHT_COMMANDS["createChannel"])
    if operation.name == "sendCommand":
        return [one for every in RIGHT_COMMANDS.values() for one in every if one not in WITHOUT_CHANNEL]
    return [None]


def allowed_for(operation, path, lie):
    """The channel is that of the path: what the body says of it only has to be readable."""
    if path != ("channelId",) or "id" not in operation.in_path or lie.allowed == MALFORMED:
        return lie.allowed
    return OK | (lie.allowed & MALFORMED)


def lie_in_bodies(run, world, operation, variant, binary, reached):
    title = f"{operation.name}/{'binary' if binary else 'json'}" + (f"/{variant}" if variant else "")
    taken = []

    def tell(lie, path, tree):
        verdict = ask(world, operation, call_of(world, operation.name, variant) if operation.name in AGAIN else current,
                      body=to_wire(operation.body, tree) if binary else to_json(tree), media=PROTOBUF if binary else JSON)
        taken.append(verdict[0] == "ok")
        allow(verdict, allowed_for(operation, path, lie))
        if lie.names_field and verdict[0] != "ok" and not mentions(verdict[1], path[-1]):
            raise Wrong(f"{verdict[0]} does not say which field: {verdict[1]}")

    done, spoilt = 0, True
    while spoilt:
        spoilt = False
        if operation.name not in AGAIN:
            world.spoil()
        current = call_of(world, operation.name, variant)
        inside = f"{operation.name}.{variant}" if variant else operation.name
        for path, lie, tree in itertools.islice(lies_in(operation.body, current.body, binary, variant or inside, (), reached), done, None):
            done += 1
            if "sendId" in tree and path != ("sendId",) and isinstance(tree["sendId"], str):
                tree["sendId"] = base64.b64encode(os.urandom(16)).decode()
            taken.clear()
            run.check(f"{title}/{'.'.join(path)}/{lie.label}", lambda: tell(lie, path, tree))
            # Whoever failed to sign in often enough would be slowed, and who signed in has fewer devices left.
            if operation.name not in AGAIN and (taken == [True] or "assword" in path[-1] or operation.name == "signIn"):
                spoilt = True
                break


def lie_with_bodies(run, world, operation):
    """Bodies that are none."""
    needed = names("malformed", "unsupported_media") if operation.body_needed else names("ok")
    tests = [
        ("no body", b"", None, needed), ("an empty body", b"", JSON, needed), ("spaces", b"   ", JSON, names("malformed")),
        ("half of one", b'{"', JSON, names("malformed")), ("a list", b"[]", JSON, names("malformed")),
        ("null", b"null", JSON, names("malformed")), ("text", b'"x"', JSON, names("malformed")),
        ("two objects", b"{}{}", JSON, names("malformed")), ("a byte order mark", b"\xef\xbb\xbf{}", JSON, names("malformed")),
        ("UTF-16", "{}".encode("utf-16"), JSON, names("malformed")), ("NULs", bytes(100), JSON, names("malformed")),
        ("no UTF-8", b'{"\xff":1}', JSON, names("malformed")), ("a comment", b"{/* */}", JSON, names("malformed")),
        ("nested deep", b'{"x":' + b"[" * 5000 + b"]" * 5000 + b"}", JSON, names("malformed")),
        ("no protobuf", b"\xff\xff\xff", PROTOBUF, names("malformed")),
        ("JSON as protobuf", b'{"x":1}', PROTOBUF, names("malformed")),
    ]
    for media in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/jsonx", "",
                  "text/html, application/json", "application/json, application/x-protobuf", "x" * 3000):
        tests.append((f"as {media[:50]}", b"{}", media or None, names("unsupported_media")))
    for label, body, media, allowed in tests:
        call = call_of(world, operation.name)
        run.check(f"{operation.name}/body/{label}", lambda: allow(ask(world, operation, call, body=body, media=media), allowed))
        if operation.name not in AGAIN:
            world.spoil()
    size = limit("frame_bytes") + 1
    call = call_of(world, operation.name)
    run.check(f"{operation.name}/body/one byte too long", lambda: allow(
        ask(world, operation, call, body=b"{" + b" " * (size - 2) + b"}"), names("too_large")))


# ---- paths and queries ----------------------------------------------------------------------------------------------


def lie_in_path(run, world, operation):
    for name in operation.in_path:
        for value in BAD_SEQS if name == "seq" else BAD_IDS:
            call = call_of(world, operation.name)
            where = path_of(operation, call, **{name: value})
            run.check(f"{operation.name}/path/{name}={value[:40]}",
                      lambda: allow(ask(world, operation, call, where), WRONG if "%" not in value else NOWHERE))
        if name == "id":
            unknown = uuid_text(base64.b64encode(os.urandom(6) + b"\x70" + os.urandom(9)).decode())
            call = call_of(world, operation.name)
            where = path_of(operation, call, id=unknown)
            run.check(f"{operation.name}/path/the id of nothing",
                      lambda: allow(ask(world, operation, call, where, body=fitting_body(operation, call)), nobody(operation)))
        else:
            call = call_of(world, operation.name)
            for value in ("0", "1000000", str(1 << 53)):
                where = path_of(operation, call, seq=value)
                run.check(f"{operation.name}/path/seq={value}",
                          lambda: allow(ask(world, operation, call, where), names("target_unknown")))
    call = call_of(world, operation.name)
    right = path_of(operation, call)
    for label, where in (("a slash more", right.rstrip("/") + "/x"), ("two slashes", "/" + right), ("dots", right + "/../.."),
                         ("other case", right.upper() if right != "/" else "/X")):
        run.check(f"{operation.name}/path/{label}", lambda: allow(ask(world, operation, call, where), NOWHERE))


def fitting_body(operation, call):
    return to_json(call.body) if call.body is not None else None


def bad_values(operation, name, schema):
    """(value, what may be answered) for one parameter."""
    unreadable = [(value, MALFORMED) for value in BAD_TEXTS]
    if schema["type"] == "string":
        return unreadable + [(value, QUERY_TEXT[f"{operation.name}.{name}"]) for value in NO_TEXTS]
    return unreadable + [(value, WRONG) for value in (BAD_NUMBERS if schema["type"] == "integer" else BAD_FLAGS)]


def lie_in_query(run, world, operation):
    for name, schema in operation.in_query.items():
        for value, allowed in bad_values(operation, name, schema):
            call = call_of(world, operation.name)
            where = path_of(operation, call) + query_of({**call.query, name: value}.items())
            run.check(f"{operation.name}/query/{name}={value[:40]}", lambda: allow(ask(world, operation, call, where), allowed))
        call = call_of(world, operation.name)
        right = call.query.get(name, "1")
        for label, second in (("the same", right), ("another", "2")):
            where = path_of(operation, call) + query_of([*call.query.items(), *([] if name in call.query else [(name, right)]),
                                                         (name, second)])
            run.check(f"{operation.name}/query/{name} twice, {label}", lambda: allow(ask(world, operation, call, where), WRONG))
    call = call_of(world, operation.name)
    for label, more in (("unknown", "of_the_future=1"), ("no name", "=1"), ("nothing", "&&&"), ("no value", "of_the_future"),
                        ("unreadable", "%zz=%zz"), ("unknown, twice", "x=1&x=2")):
        where = path_of(operation, call) + query_of(call.query.items())
        where += ("&" if "?" in where else "?") + more
        run.check(f"{operation.name}/query/{label}", lambda: allow(ask(world, operation, call, where), ODD_QUERIES.get(label, OK)))
        if operation.name not in AGAIN:
            world.spoil()
            call = call_of(world, operation.name)


# ---- methods and headers --------------------------------------------------------------------------------------------


def lie_with_method(run, world, operation):
    call = call_of(world, operation.name)
    known = {one for one in METHODS if one in SPEC["paths"][operation.path]}
    for method in ("GET", "PUT", "POST", "PATCH", "DELETE", "TRACE", "PROPFIND", "X" * 100):
        if method.lower() in known:
            continue
        run.check(f"{operation.name}/method/{method[:20]}",
                  lambda: allow(ask(world, operation, call, method=method), names("method_not_allowed", "malformed")))
    for method in ("get", "G ET", "GET\t", "\0"):
        run.check(f"{operation.name}/method/{method!r}", lambda: allow(ask(world, operation, call, method=method), names("malformed")))


def lie_in_headers(run, world, operation):
    def told(label, allowed, headers, **how):
        call = call_of(world, operation.name)
        run.check(f"{operation.name}/headers/{label}", lambda: allow(ask(world, operation, call, headers=headers, **how), allowed))
        if operation.name not in AGAIN:
            world.spoil()

    malformed = names("malformed")
    if operation.needs_token:
        call = call_of(world, operation.name)
        told("the token twice", malformed, [("Authorization", f"Bearer {call.person.token}")])
        told("another token before", malformed, [("Authorization", "Bearer x")])
    told("the host twice", malformed, [("Host", "elsewhere")])
    told("a header too long", names("headers_too_large"), [("X-Long", "x" * limit("http_header_bytes"))])
    told("headers too many", names("headers_too_large"), [(f"X-{i}", "x" * 10) for i in range(2000)])
    told("a line that is none", malformed, [("no colon\r\nX", "x")])
    told("a name with a space", malformed, [("X Y", "x")])
    told("a name that is empty", malformed, [("", "x")])
    told("a NUL", malformed, [("X", "a\0b")])
    told("a folded line", names("ok", "malformed"), [("X", "a\r\n b")])
    told("an expectation", malformed, [("Expect", "a miracle")])
    told("a body of two lengths", malformed, [("Content-Length", "5")], body=b"{}")
    told("a length and chunks", malformed, [("Transfer-Encoding", "chunked")], body=b"{}")
    for length in ("-1", "0x2", "+2", "2, 3", "two", "9" * 30):
        told(f"a length of {length}", names("malformed", "too_large"), [("Content-Length", length)], bare=True)
    told("an unknown coding", malformed, [("Transfer-Encoding", "gzip, chunked")], bare=True)
    if operation.body:
        told("the type twice", malformed, [("Content-Type", "text/plain")])
        for coding in ("gzip", "br", "x", "identity, gzip"):
            told(f"a body that is {coding}", names("unsupported_media"), [("Content-Encoding", coding)], body=b"{}")


def lie_about_calls(run, world, _victims):
    for operation in OPERATIONS.values():
        run.check(f"{operation.name}/right", lambda: allow(ask(world, operation, call_of(world, operation.name)), names("ok")))
        world.spoil()
        lie_with_method(run, world, operation)
        lie_in_path(run, world, operation)
        lie_in_query(run, world, operation)
        lie_in_headers(run, world, operation)
        if operation.body is None:
            continue
        lie_with_bodies(run, world, operation)
        for variant in variants(operation):
            # The commands are the live ones (lies_frames.py): one of them in protobuf shows that the road is open.
            for binary in (False, True) if variant in (None, "post", "createChannel") else (False,):
                lie_in_bodies(run, world, operation, variant, binary, run.reached)
