"""Trees of a message in proto3 JSON, and the same trees in protobuf, with lies in them that no library would write.

A tree is a dict by JSON names, as in docs/protocol.md. Lies are values of the classes below.
"""

import base64
import json
import struct


class Absent:
    """The field is left out."""


ABSENT = Absent()


class RawJson:
    """Bytes that stand where the JSON value should."""

    def __init__(self, text):
        self.text = text


class Twice:
    """The field comes twice."""

    def __init__(self, first, second):
        self.first, self.second = first, second


class RawField:
    """Bytes that stand where the field's tag and value should, in protobuf."""

    def __init__(self, data):
        self.data = data


# ---- JSON -----------------------------------------------------------------------------------------------------------


def to_json(tree):
    if isinstance(tree, dict):
        parts = []
        for name, value in tree.items():
            for one in ([value.first, value.second] if isinstance(value, Twice) else [value]):
                if not isinstance(one, Absent):
                    parts.append(json.dumps(name).encode() + b":" + to_json(one))
        return b"{" + b",".join(parts) + b"}"
    if isinstance(tree, list):
        return b"[" + b",".join(to_json(one) for one in tree) + b"]"
    if isinstance(tree, RawJson):
        return tree.text
    if isinstance(tree, bytes):
        return to_json(base64.b64encode(tree).decode())
    return json.dumps(tree, ensure_ascii=False).encode("utf-8", "surrogatepass")


# ---- protobuf -------------------------------------------------------------------------------------------------------

VARINT, FIXED64, LENGTH, GROUP, END_GROUP, FIXED32 = range(6)


def varint(value):
    value &= (1 << 64) - 1
    out = bytearray()
    while True:
        byte, value = value & 0x7F, value >> 7
        out.append(byte | (0x80 if value else 0))
        if not value:
            return bytes(out)


def tag(number, wire_type):
    return varint(number << 3 | wire_type)


def block(number, data):
    return tag(number, LENGTH) + varint(len(data)) + data


def wire_type_of(field):
    if field.cpp_type in (field.CPPTYPE_STRING, field.CPPTYPE_MESSAGE):
        return LENGTH
    return VARINT


def scalar(field, value):
    if field.type == field.TYPE_STRING:
        return value.encode() if isinstance(value, str) else bytes(value)
    if field.type == field.TYPE_BYTES:
        return base64.b64decode(value) if isinstance(value, str) else bytes(value)
    if field.enum_type is not None and isinstance(value, str):
        return varint(field.enum_type.values_by_name[value].number)
    return varint(int(value))


def one_field(field, value):
    if isinstance(value, RawField):
        return value.data
    if isinstance(value, Absent):
        return b""
    if isinstance(value, Twice):
        return one_field(field, value.first) + one_field(field, value.second)
    if isinstance(value, list):
        return b"".join(one_field(field, one) for one in value)
    if field.message_type is not None:
        return block(field.number, to_wire(field.message_type, value))
    data = scalar(field, value)
    return block(field.number, data) if wire_type_of(field) == LENGTH else tag(field.number, VARINT) + data


def to_wire(descriptor, tree):
    """`tree` as a message of that descriptor; a key that is no field has to hold a RawField.

    RawFields come last: one that ends too early must not go on in the field behind it, and so be whole by chance.
    """
    by_name = {field.json_name: field for field in descriptor.fields}
    items = sorted(tree.items(), key=lambda item: isinstance(item[1], RawField))
    return b"".join(value.data if name not in by_name else one_field(by_name[name], value) for name, value in items)


def fixed(number, size):
    return tag(number, FIXED32 if size == 4 else FIXED64) + struct.pack("<I" if size == 4 else "<Q", 1)
