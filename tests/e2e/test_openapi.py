"""docs/openapi.yaml against the running server: the same operations on both sides, and every documented answer, good
and bad, as it is described. The description of a message is compared with the contract in proto/ too."""

import base64
import json

import jsonschema
import pytest
import yaml

from e2e_proto import accounts_pb2
from e2e_server import PASSWORD, ROOT, Server, new_id, uuid_text

SPEC = yaml.safe_load((ROOT / "docs" / "openapi.yaml").read_text())
METHODS = ("get", "put", "post", "patch", "delete")
OPERATIONS = {operation["operationId"]: (method.upper(), path, operation)
              for path, item in SPEC["paths"].items() for method, operation in item.items() if method in METHODS}


def strict(node):
    """A copy in which an object with properties has no others: the server must not say what is not written down."""
    if isinstance(node, dict):
        copy = {key: strict(value) for key, value in node.items()}
        if copy.get("type") == "object" and "properties" in copy:
            copy["additionalProperties"] = False
        return copy
    return [strict(value) for value in node] if isinstance(node, list) else node


STRICT = strict(SPEC)


def resolved(node):
    while "$ref" in node:
        at = STRICT
        for part in node["$ref"].removeprefix("#/").split("/"):
            at = at[part]
        node = at
    return node


def check(value, schema):
    jsonschema.Draft202012Validator(schema, resolver=jsonschema.RefResolver("", STRICT)).validate(value)


# ---- the world that requests are made in ----------------------------------------------------------------------------


class World:
    """Two people who share a group in which something was said, and somebody new whenever one has to go."""

    def __init__(self, server):
        self.server = server
        self.anna, self.bert = server.sign_up(), server.sign_up()
        self.group = new_id()
        self.anna.call("POST", "/v1/channels", {
            "channelId": self.group, "sendId": new_id(),
            "createChannel": {"kind": "CHANNEL_KIND_GROUP", "title": "Walks", "members": [self.bert.account]}})
        self.seq = int(self.anna.command(self.group, post={"content": {"text": "Where?"}})["seq"])
        self.anna.command(self.group, edit={"target": self.seq, "content": {"text": "Where to?"}})
        self.bert.command(self.group, react={"target": self.seq, "content": {"text": "👍"}})
        self.path = f"/v1/channels/{uuid_text(self.group)}"

    def post(self, **fields):
        return {"sendId": new_id(), "post": {"content": {"text": "There."}, **fields}}


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("data")) as server:
        yield World(server)


NOBODY = "01900000-0000-7000-8000-000000000000"


def device_path(person):
    return f"/v1/devices/{uuid_text(person.device)}"


def stale_refresh(world):
    """A token two steps behind: theft."""
    thief = world.server.sign_up()
    stolen = thief.refresh_token
    for _ in range(2):
        thief.take(world.server.call("POST", "/v1/auth/refresh", {"refreshToken": thief.refresh_token}))
    return {"refreshToken": stolen}


# operation -> request that succeeds, request that does not: (path, body, whose token)
def path(text):
    return lambda world: (text, None, world.anna)


def no_token(text):
    return lambda world: (text, None, None)


GOOD = {
    "signUp": lambda w: ("/v1/accounts", {"handle": "openapi.good", "password": PASSWORD, "displayName": "Good"}, None),
    "signIn": lambda w: ("/v1/auth/sign-in", {"handle": w.anna.handle, "password": PASSWORD, "platform": "web"}, None),
    "refresh": lambda w: ("/v1/auth/refresh", {"refreshToken": w.anna.another_device().refresh_token}, None),
    "signOut": lambda w: ("/v1/auth/sign-out", None, w.anna.another_device()),
    "signOutEverywhere": lambda w: ("/v1/auth/sign-out-everywhere", None, w.server.sign_up()),
    "changePassword": lambda w: ("/v1/account/password", {"oldPassword": PASSWORD, "newPassword": PASSWORD + "2"},
                                 w.server.sign_up()),
    "createSignUpInvitation": lambda w: ("/v1/sign-up-invitations", {"uses": 3}, w.anna),
    "getAccount": path("/v1/account"),
    "changeAccount": lambda w: ("/v1/account", {"about": "walks", "lastSeen": "AUDIENCE_CONTACTS"}, w.anna),
    "deleteAccount": lambda w: ("/v1/account", {"password": PASSWORD, "erase": True}, w.server.sign_up()),
    "listDevices": path("/v1/devices"),
    "renameDevice": lambda w: (device_path(w.anna), {"name": "my laptop"}, w.anna),
    "revokeDevice": lambda w: (device_path(w.anna.another_device()), None, w.anna),
    "findPeople": lambda w: (f"/v1/people?handle={w.bert.handle}", None, w.anna),
    "lookUpPeople": lambda w: ("/v1/people/lookup", {"accounts": [w.bert.account, w.anna.account]}, w.anna),
    "listContacts": path("/v1/contacts?limit=1"),
    "addContact": lambda w: (f"/v1/contacts/{uuid_text(w.bert.account)}", None, w.anna),
    "removeContact": path(f"/v1/contacts/{NOBODY}"),
    "listBlocks": path("/v1/blocks"),
    "addBlock": lambda w: (f"/v1/blocks/{uuid_text(w.server.sign_up().account)}", None, w.anna),
    "removeBlock": path(f"/v1/blocks/{NOBODY}"),
    "createChannel": lambda w: ("/v1/channels", {"sendId": new_id(), "createChannel": {
        "kind": "CHANNEL_KIND_DIRECT", "peer": w.bert.account}}, w.anna),
    "getChannel": lambda w: (w.path, None, w.anna),
    "sendCommand": lambda w: (w.path + "/commands", w.post(), w.anna),
    "getHistory": lambda w: (w.path + "/history?from=1&limit=20&oldest_first=true", None, w.bert),
    "getContent": lambda w: (f"{w.path}/events/{w.seq}", None, w.bert),
    "getVersions": lambda w: (f"{w.path}/events/{w.seq}/versions", None, w.bert),
    "getReceipts": lambda w: (f"{w.path}/events/{w.seq}/receipts", None, w.anna),
    "moveCursor": lambda w: (w.path + "/cursor", {"delivered": w.seq, "read": w.seq}, w.bert),
    "setRegisters": lambda w: (w.path + "/registers", {"pinned": True, "mutedUntil": -1}, w.bert),
    "hideMessages": lambda w: (w.path + "/hide", {"from": w.seq, "to": w.seq}, w.bert),
    "sync": lambda w: ("/v1/sync", {"historyForTop": 5}, w.anna),
    "exportAccount": path("/v1/export"),
    "getKeys": no_token("/.well-known/jwks.json"),
    "healthz": no_token("/healthz"),
    "readyz": no_token("/readyz"),
    "metrics": no_token("/metrics"),
    "frontPage": no_token("/"),
}

# (request, status, name of the error). What cannot be asked wrongly has none.
BAD = {
    "signUp": (lambda w: ("/v1/accounts", {"handle": "No Handle", "password": PASSWORD}, None), 400, "invalid_handle"),
    "signIn": (lambda w: ("/v1/auth/sign-in", {"handle": "nobody.here", "password": "x"}, None), 401,
               "wrong_credentials"),
    "refresh": (lambda w: ("/v1/auth/refresh", stale_refresh(w), None), 401, "refresh_reused"),
    "signOut": (no_token("/v1/auth/sign-out"), 401, "unauthenticated"),
    "signOutEverywhere": (no_token("/v1/auth/sign-out-everywhere"), 401, "unauthenticated"),
    "changePassword": (lambda w: ("/v1/account/password", {"oldPassword": PASSWORD, "newPassword": "short"}, w.anna),
                       400, "weak_password"),
    "createSignUpInvitation": (lambda w: ("/v1/sign-up-invitations", {"uses": 100_000}, w.anna), 400,
                               "invalid_argument"),
    "getAccount": (no_token("/v1/account"), 401, "unauthenticated"),
    "changeAccount": (lambda w: ("/v1/account", {"displayName": "\u202egnorw"}, w.anna), 400, "invalid_name"),
    "deleteAccount": (lambda w: ("/v1/account", {"password": "wrong"}, w.server.sign_up()), 401, "wrong_credentials"),
    "listDevices": (no_token("/v1/devices"), 401, "unauthenticated"),
    "renameDevice": (lambda w: (device_path(w.bert), {"name": "not mine"}, w.anna), 404, "device_unknown"),
    "revokeDevice": (path("/v1/devices/not-an-id"), 400, "invalid_argument"),
    "findPeople": (path("/v1/people?handle=a&prefix=b"), 400, "invalid_argument"),
    "lookUpPeople": (lambda w: ("/v1/people/lookup", {"accounts": ["AAAA"]}, w.anna), 400, "invalid_argument"),
    "listContacts": (path("/v1/contacts?limit=-1"), 400, "invalid_argument"),
    "addContact": (path(f"/v1/contacts/{NOBODY}"), 404, "account_unknown"),
    "removeContact": (path("/v1/contacts/x"), 400, "invalid_argument"),
    "listBlocks": (path("/v1/blocks?limit=1e9"), 400, "invalid_argument"),
    "addBlock": (path(f"/v1/blocks/{NOBODY}"), 404, "account_unknown"),
    "removeBlock": (path("/v1/blocks/x"), 400, "invalid_argument"),
    "createChannel": (lambda w: ("/v1/channels", {"sendId": new_id(), "createChannel": {
        "kind": "CHANNEL_KIND_DIRECT", "peer": NOBODY}}, w.anna), 404, "account_unknown"),
    "getChannel": (path(f"/v1/channels/{NOBODY}"), 404, "channel_unknown"),
    "sendCommand": (lambda w: (w.path + "/commands", w.post(replyTo=1000), w.anna), 404, "target_unknown"),
    "getHistory": (lambda w: (w.path + "/history?from=-1", None, w.anna), 400, "invalid_argument"),
    "getContent": (lambda w: (w.path + "/events/1000", None, w.anna), 404, "target_unknown"),
    "getVersions": (lambda w: (w.path + "/events/abc/versions", None, w.anna), 400, "invalid_argument"),
    "getReceipts": (lambda w: (w.path + "/events/1000/receipts", None, w.anna), 404, "target_unknown"),
    "moveCursor": (lambda w: (w.path + "/cursor", {"read": 1000}, w.bert), 400, "seq_in_future"),
    "setRegisters": (lambda w: (w.path + "/registers", {"pinned": "perhaps"}, w.bert), 400, "malformed"),
    "hideMessages": (lambda w: (w.path + "/hide", {"from": 3, "to": 2}, w.bert), 400, "invalid_argument"),
    "sync": (lambda w: ("/v1/sync", {"version": "AAAA"}, w.anna), 400, "invalid_argument"),
    "exportAccount": (path("/v1/export?channel=x"), 400, "invalid_argument"),
}
NEVER_WRONG = {"getKeys", "healthz", "readyz", "metrics", "frontPage"}


def ask(world, operation, request, headers=None):
    """(status, headers, body) of a request of the table."""
    method, documented, _ = OPERATIONS[operation]
    where, body, person = request(world)
    parts, wanted = where.partition("?")[0].split("/"), documented.split("/")
    assert len(parts) == len(wanted) and all(b.startswith("{") or a == b for a, b in zip(parts, wanted)), "wrong table"
    return world.server.request(method, where, body, person and person.token, headers)


def content_of(operation, status):
    """The documented content by media type; the status has to be documented by itself."""
    answers = OPERATIONS[operation][2]["responses"]
    assert str(status) in answers, f"{operation} answers {status}, which is not documented"
    return resolved(strict(answers[str(status)])).get("content", {})


def check_body(operation, status, headers, body):
    content = content_of(operation, status)
    if not content:
        assert body == b"" and headers.get("Content-Type") is None
        return
    media = headers["Content-Type"].partition(";")[0]
    assert media in content, f"{media} is not documented"
    schema = content[media]["schema"]
    if media == "application/jsonl":
        for line in body.decode().splitlines():
            check(json.loads(line), schema)
    elif "json" in media:
        check(json.loads(body), schema)
    else:
        assert body


# ---- the tests ------------------------------------------------------------------------------------------------------


def test_every_operation_is_documented_and_every_documented_one_exists(world):
    metrics = world.server.request("GET", "/metrics")[2].decode()
    labels = {f'method="{method}",route="{path}"' for method, path, _ in OPERATIONS.values()}
    implemented = {line[len("parley_api_requests_total{"):line.rindex("}")] for line in metrics.splitlines()
                   if line.startswith("parley_api_requests_total{")}
    assert implemented == labels


def test_the_tables_of_this_file_are_complete():
    assert set(GOOD) == set(OPERATIONS)
    assert set(BAD) == set(OPERATIONS) - NEVER_WRONG


@pytest.mark.parametrize("operation", sorted(OPERATIONS))
def test_a_good_request_is_answered_as_documented(world, operation):
    status, headers, body = ask(world, operation, GOOD[operation])
    assert status < 300, body
    check_body(operation, status, headers, body)


@pytest.mark.parametrize("operation", sorted(BAD))
def test_a_bad_request_is_answered_as_documented(world, operation):
    request, wanted, name = BAD[operation]
    status, headers, body = ask(world, operation, request)
    assert (status, json.loads(body)["error"]["name"]) == (wanted, name)
    check_body(operation, status, headers, body)


@pytest.mark.parametrize("operation", sorted(name for name, (_, _, op) in OPERATIONS.items() if "requestBody" in op))
def test_a_body_that_is_none_is_refused_as_documented(world, operation):
    method, _, _ = OPERATIONS[operation]
    where, _, person = GOOD[operation](world)
    for content_type, sent, wanted, name in (("application/json", b"{", 400, "malformed"),
                                             ("application/x-protobuf", b"\xff\xff", 400, "malformed"),
                                             ("text/plain", b"hello", 415, "unsupported_media")):
        status, headers, body = world.server.request(method, where, sent, person and person.token,
                                                     {"Content-Type": content_type})
        assert (status, json.loads(body)["error"]["name"]) == (wanted, name)
        check_body(operation, status, headers, body)


@pytest.mark.parametrize("operation", sorted(name for name, (_, _, op) in OPERATIONS.items() if "security" not in op))
def test_without_a_token_nothing_is_told(world, operation):
    where, body, _ = GOOD[operation](world)
    method = OPERATIONS[operation][0]
    for token in (None, "x", world.anna.token[:-4] + "AAAA"):
        status, headers, content = world.server.request(method, where, body, token)
        assert (status, json.loads(content)["error"]["name"]) == (401, "unauthenticated")
        assert headers["WWW-Authenticate"].startswith("Bearer")
        check_body(operation, status, headers, content)


def test_protobuf_is_spoken_both_ways(world):
    request = accounts_pb2.SignIn(handle=world.bert.handle, password=PASSWORD)
    status, headers, body = world.server.request("POST", "/v1/auth/sign-in", request.SerializeToString(), None, {
        "Content-Type": "application/x-protobuf", "Accept": "application/x-protobuf"})
    assert (status, headers["Content-Type"]) == (200, "application/x-protobuf")
    tokens = accounts_pb2.Tokens.FromString(body)
    assert tokens.account == base64.b64decode(world.bert.account) and tokens.access_token


def test_a_final_refusal_comes_with_its_outcome_again_and_again(world):
    command = {"sendId": new_id(), "removeMember": {"account": world.anna.account}}
    answers = [world.server.request("POST", world.path + "/commands", command, world.bert.token) for _ in range(2)]
    for status, _, body in answers:
        answer = json.loads(body)
        assert (status, answer["error"]["name"]) == (403, "not_allowed")
        assert answer["outcome"]["refused"] == "not_allowed" and answer["outcome"]["sendId"] == command["sendId"]
        check(answer, {"$ref": "#/components/schemas/ErrorBody"})


def test_a_method_that_is_not_documented_is_refused_with_those_that_are(world):
    for path, item in SPEC["paths"].items():
        missing = next(method for method in METHODS if method not in item)
        real = path.replace("{id}", NOBODY).replace("{seq}", "1")
        status, headers, body = world.server.request(missing.upper(), real, None, world.anna.token)
        assert (status, json.loads(body)["error"]["name"]) == (405, "method_not_allowed"), path
        assert set(headers["Allow"].split(", ")) == {method.upper() for method in item if method in METHODS}


# ---- the export, followed to its end ---------------------------------------------------------------------------------


def test_the_export_holds_everything_and_whole_contents(world):
    person = world.server.sign_up(displayName="Exported")
    channel = new_id()
    person.call("POST", "/v1/channels", {"channelId": channel, "sendId": new_id(), "createChannel": {
        "kind": "CHANNEL_KIND_GROUP", "title": "Long"}})
    long_text = "long " * 10_000
    person.command(channel, post={"content": {"text": long_text}})
    for i in range(60):
        person.command(channel, post={"content": {"text": f"message {i}"}})
    texts, pages, lines = [], ["/v1/export"], []
    while pages:
        status, headers, body = world.server.request("GET", pages.pop(), None, person.token)
        assert (status, headers["Content-Type"].partition(";")[0]) == (200, "application/jsonl")
        for line in map(json.loads, body.decode().splitlines()):
            check(line, {"$ref": "#/components/schemas/ExportLine"})
            lines.append(line)
            pages += [line[key] for key in ("next", "events") if key in line]
            texts += [line["event"]["content"]["text"]] if "content" in line.get("event", {}) else []
    assert sorted(texts) == sorted([long_text, *(f"message {i}" for i in range(60))])
    assert lines[0]["account"]["profile"]["displayName"] == "Exported"
    assert any(line.get("channel", {}).get("channelId") == channel for line in lines)
    assert sum("device" in line for line in lines) == 1


# ---- the refresh cookie ----------------------------------------------------------------------------------------------


def test_the_refresh_token_can_live_in_a_cookie_alone(world):
    status, headers, body = world.server.request("POST", "/v1/auth/sign-in", {
        "handle": world.anna.handle, "password": PASSWORD, "cookie": True})
    assert status == 200 and "refreshToken" not in json.loads(body)
    cookie = headers["Set-Cookie"]
    for part in ("HttpOnly", "SameSite=Strict", "Path=/v1/auth/refresh"):
        assert part in cookie
    sent = {"Cookie": "other=1; " + cookie.partition(";")[0]}
    status, headers, body = world.server.request("POST", "/v1/auth/refresh", {"cookie": True}, None, sent)
    assert status == 200 and "refreshToken" not in json.loads(body) and "parley_refresh=" in headers["Set-Cookie"]
    # Only who asks for it: another request with the same cookie is nobody's.
    status, _, body = world.server.request("POST", "/v1/auth/refresh", {}, None, sent)
    assert (status, json.loads(body)["error"]["name"]) == (401, "unauthenticated")
    # And never for a page of a foreign origin.
    status, _, body = world.server.request("POST", "/v1/auth/refresh", {"cookie": True}, None,
                                           {**sent, "Origin": "https://evil.example"})
    assert (status, json.loads(body)["error"]["name"]) == (403, "origin_not_allowed")


# ---- the description and the contract --------------------------------------------------------------------------------


def json_type(field):
    """The JSON Schema type of a field of the contract in proto3 JSON."""
    if field.message_type is not None:
        return "object"
    if field.enum_type is not None or field.type in (field.TYPE_BYTES, field.TYPE_STRING):
        return "string"
    if field.type == field.TYPE_BOOL:
        return "boolean"
    return "string" if field.type in (field.TYPE_INT64, field.TYPE_UINT64) else "integer"


@pytest.mark.parametrize("name", sorted(n for n, s in SPEC["components"]["schemas"].items() if "x-proto" in s))
def test_a_described_message_is_that_of_the_contract(name):
    schema = SPEC["components"]["schemas"][name]
    pool = accounts_pb2.DESCRIPTOR.pool
    if "enum" in schema:
        assert schema["enum"] == [value.name for value in pool.FindEnumTypeByName(schema["x-proto"]).values]
        return
    message = pool.FindMessageTypeByName(schema["x-proto"])
    described = schema.get("properties", {})
    assert set(described) == {field.json_name for field in message.fields}
    for field in message.fields:
        one = described[field.json_name]
        if field.label == field.LABEL_REPEATED:
            assert one["type"] == "array"
            one = one["items"]
        assert resolved(strict(one))["type"] == json_type(field), field.name
        wanted = field.message_type or field.enum_type
        if wanted is not None:
            assert one["$ref"] == f"#/components/schemas/{wanted.name}"


def test_every_schema_is_used():
    text = (ROOT / "docs" / "openapi.yaml").read_text()
    for kind in ("schemas", "responses", "parameters"):
        for name in SPEC["components"][kind]:
            assert f"#/components/{kind}/{name}'" in text or (kind, name) == ("schemas", "PathId"), name
