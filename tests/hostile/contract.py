"""What there is to lie about, read from the contract: proto/, docs/openapi.yaml, proto/errors.toml, proto/limits.toml."""

import tomllib

import yaml

from e2e_proto import accounts_pb2, frames_pb2
from e2e_server import ROOT

ERRORS = tomllib.loads((ROOT / "proto" / "errors.toml").read_text())["errors"]
LIMITS = tomllib.loads((ROOT / "proto" / "limits.toml").read_text())
SPEC = yaml.safe_load((ROOT / "docs" / "openapi.yaml").read_text())
METHODS = ("get", "put", "post", "patch", "delete")

POOL = accounts_pb2.DESCRIPTOR.pool
CLIENT_FRAME = frames_pb2.ClientFrame.DESCRIPTOR
COMMAND = frames_pb2.Command.DESCRIPTOR
FRAMES = {field.json_name: field for field in CLIENT_FRAME.oneofs_by_name["body"].fields}
COMMANDS = {field.json_name: field for field in COMMAND.oneofs_by_name["body"].fields}
HINTS = {"typing", "watch", "setActive", "openChannels"}  # docs/protocol.md: the number may be left out


def resolved(node):
    while "$ref" in node:
        at = SPEC
        for part in node["$ref"].removeprefix("#/").split("/"):
            at = at[part]
        node = at
    return node


class Operation:
    """One HTTP call of docs/openapi.yaml."""

    def __init__(self, path, method, description):
        self.name = description["operationId"]
        self.path, self.method = path, method.upper()
        self.needs_token = "security" not in description
        self.statuses = set(description["responses"])
        parameters = [resolved(one) for one in description.get("parameters", [])]
        self.in_path = [one["name"] for one in parameters if one["in"] == "path"]
        self.in_query = {one["name"]: one["schema"] for one in parameters if one["in"] == "query"}
        body = description.get("requestBody")
        self.body_needed = bool(body and body["required"])
        schema = body and resolved(body["content"]["application/json"]["schema"])
        self.body = POOL.FindMessageTypeByName(schema["x-proto"]) if schema else None


OPERATIONS = {}
for where, item in SPEC["paths"].items():
    for verb, what in item.items():
        if verb in METHODS:
            operation = Operation(where, verb, what)
            OPERATIONS[operation.name] = operation


def messages_below(descriptor, seen=None):
    """The message types that a client can send in `descriptor`, itself included."""
    seen = {} if seen is None else seen
    if descriptor.full_name not in seen:
        seen[descriptor.full_name] = descriptor
        for field in descriptor.fields:
            if field.message_type is not None:
                messages_below(field.message_type, seen)
    return seen


def field_name(field):
    return f"{field.containing_type.name}.{field.name}"


def all_fields():
    """Every field that a client can send, live and over HTTP, by "Message.field"."""
    messages = messages_below(CLIENT_FRAME)
    for one in OPERATIONS.values():
        if one.body is not None:
            messages_below(one.body, messages)
    return {field_name(field): field for message in messages.values() for field in message.fields}


def limit(name):
    return LIMITS[name]["default"]
