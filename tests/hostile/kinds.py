"""What a field may hold, and the lies that follow from it. A lie knows what may be answered: "ok", or names of errors.

Each kind makes the same lies for both forms, as values of a tree; what only JSON or only protobuf can say comes from the
field's type in proto/.
"""

import os

from hostile.contract import ERRORS, limit
from hostile.encode import (ABSENT, END_GROUP, FIXED32, FIXED64, GROUP, LENGTH, RawField, RawJson, Twice, VARINT, block, fixed,
                            one_field, tag, varint, wire_type_of)

MAX_NUMBER = 1 << 53
MALFORMED = frozenset({"malformed"})
OK = frozenset({"ok"})
WRONG = frozenset({"invalid_argument"})


def names(*wanted):
    unknown = [name for name in wanted if name != "ok" and name not in ERRORS]
    assert not unknown, f"no such error: {unknown}"
    return frozenset(wanted)


class Lie:
    def __init__(self, label, value, allowed, names_field=False):
        self.label, self.value, self.allowed = label, value, frozenset(allowed)
        self.names_field = names_field  # the text has to say which field


class Kind:
    """`missing`: what may be answered where the field is left out; `empty`: where it has its default value."""

    def __init__(self, missing="ok", empty=None):
        self.missing = names(*missing.split())
        self.empty = names(*empty.split()) if empty else self.missing

    def lies(self, valid):
        return []


class Id(Kind):
    """`nobody`: the answer to an id that nothing has."""

    def __init__(self, missing="invalid_argument", nobody="channel_unknown"):
        super().__init__(missing)
        self.nobody = names(*nobody.split())

    def lies(self, valid):
        for size in (1, 15, 17, 36, 5000):
            yield Lie(f"an id of {size} bytes", os.urandom(size), WRONG, names_field=True)
        yield Lie("the id of nothing", os.urandom(6) + b"\x70" + os.urandom(9), self.nobody)
        yield Lie("an id of zeros", bytes(16), self.nobody | WRONG | self.missing)


class Ids(Id):
    def lies(self, valid):
        for lie in super().lies(valid):
            yield Lie(lie.label + " alone", [lie.value], lie.allowed, lie.names_field)
            yield Lie(lie.label + " among good ones", [*valid, lie.value], lie.allowed, lie.names_field)
        yield Lie("the same one twice", [*valid, *valid], names("ok", "already_member"))


class SendId(Id):
    """Any 16 bytes but zeros will do, so there is no id of nothing."""

    def __init__(self):
        super().__init__("invalid_argument", "ok")


class Number(Kind):
    """`big`: above 2^53; `other`: a number that is none here; `most`: the highest that the type holds."""

    def __init__(self, missing="ok", big="invalid_argument", other=None, most=(1 << 64) - 1):
        super().__init__(missing)
        self.big, self.most = names(*big.split()), most
        self.other = names(*other.split()) if other else None

    def lies(self, valid):
        if self.most > MAX_NUMBER:
            yield Lie("2^53 + 1", MAX_NUMBER + 1, self.big)
        yield Lie("the highest number", self.most, self.big)
        yield Lie("one bit below the sign", self.most >> 1, self.big)
        if self.other:
            yield Lie("a number that is none here", 1_000_000, self.other)


class Numbers(Number):
    def lies(self, valid):
        for lie in super().lies(valid):
            yield Lie(lie.label + " among good ones", [*valid, lie.value], lie.allowed)
        yield Lie("zero among good ones", [*valid, 0], WRONG)


class Time(Kind):
    """Milliseconds, signed. `below`: negative."""

    def __init__(self, missing="ok", below="invalid_argument", above="ok invalid_argument"):
        super().__init__(missing)
        self.below, self.above = names(*below.split()), names(*above.split())

    def lies(self, valid):
        yield Lie("the lowest time", -(1 << 63), self.below)
        yield Lie("before 1970", -2, self.below)
        yield Lie("the highest time", (1 << 63) - 1, self.above)
        yield Lie("2^53 + 1", MAX_NUMBER + 1, self.above)


class Flag(Kind):
    def __init__(self, missing="ok", true="ok"):
        super().__init__(missing)
        self.true = names(*true.split())

    def lies(self, valid):
        yield Lie("true", True, self.true)


class Choice(Kind):
    """`bad`: known names that are not allowed here; `unknown`: the answer to a number that has no name."""

    def __init__(self, missing="ok", empty=None, bad=(), unknown="invalid_argument"):
        super().__init__(missing, empty)
        self.bad, self.unknown = bad, names(*unknown.split())

    def lies(self, valid):
        for number in (99, -1, 2_147_483_647, -2_147_483_648):
            yield Lie(f"a choice {number}", number, self.unknown)
        for name in self.bad:
            yield Lie(name, name, WRONG)


TRICKS = {"NUL": "a\0b", "a bell": "a\x07b", "right to left": "a\u202eb", "an isolate": "a\u2066b", "C1": "a\u0085b",
          "no character": "a\uffffb", "a line separator": "a\u2028b"}


class Text(Kind):
    """`tricks`: the answer to control and direction characters; `over`: to more than `most` code points."""

    def __init__(self, most, over, tricks="ok", missing="ok", empty=None, blank=None):
        super().__init__(missing, empty)
        self.most = limit(most) if isinstance(most, str) else most
        self.over, self.tricks = names(*over.split()), names(*tricks.split())
        self.blank = names(*blank.split()) if blank else None

    def lies(self, valid):
        for label, text in TRICKS.items():
            yield Lie(label, text, self.tricks)
        if self.blank:
            yield Lie("only spaces", "   ", self.blank)
            yield Lie("only what draws nothing", "\u200b\u3164", self.blank)
        yield Lie("one too long", "x" * (self.most + 1), self.over)
        yield Lie("one too long, of four bytes each", "😀" * (self.most + 1), self.over | self.tricks)


class Texts(Text):
    def lies(self, valid):
        for lie in super().lies(valid):
            yield Lie(lie.label, [*valid, lie.value], lie.allowed)


class Secret(Kind):
    """Bytes of which only `sizes` are right; `other`: right size, wrong bytes."""

    def __init__(self, sizes, missing="invalid_argument", other="ok", bad="invalid_argument"):
        super().__init__(missing)
        self.sizes, self.other, self.bad = sizes, names(*other.split()), names(*bad.split())

    def lies(self, valid):
        lowest, highest = self.sizes
        for size in {1, lowest - 1, highest + 1, highest + 5000} - {0}:
            yield Lie(f"{size} bytes", os.urandom(size), self.bad, names_field=self.bad == WRONG)
        yield Lie("other bytes", os.urandom(lowest), self.other)


class Opaque(Kind):
    """What the server gave, and takes back as it was."""

    def __init__(self, wrong, missing="ok", text=False):
        super().__init__(missing)
        self.wrong, self.text = names(*wrong.split()), text

    def lies(self, valid):
        for size in (1, 16, 30, 3000):
            data = os.urandom(size)
            yield Lie(f"{size} bytes of nothing", data.hex() if self.text else data, self.wrong)


class Blob(Kind):
    def __init__(self, most, over):
        super().__init__("ok invalid_argument")
        self.most, self.over = limit(most), names(*over.split())

    def lies(self, valid):
        yield Lie("one byte too long", bytes(self.most + 1), self.over)


class Nested(Kind):
    """A message; its own fields are lied about one by one."""


# ---- what follows from the type in proto/ ----------------------------------------------------------------------------


def json_lies(field):
    """Values of another type. Each ends the session, or the request, as malformed."""
    if field.label == field.LABEL_REPEATED:
        wrong = [{"a": 1}, "x", 7, True, [None], [[]]]
    elif field.message_type is not None:
        wrong = ["x", 7, True, [], [{}]]
    elif field.type == field.TYPE_STRING:
        wrong = [{}, [], ["x"], RawJson(b'"\\ud800"'), RawJson(b'"\\udc00x"'), RawJson(b'"\xff\xfe"'), RawJson(b'"\xc0\xaf"'),
                 RawJson(b'"a\nb"'), RawJson(b'"\\x41"'), RawJson(b"'x'"), RawJson(b"x")]
    elif field.type == field.TYPE_BYTES:
        wrong = [{}, [], ["AAAA"], "!!!!", "AAA*", "=", RawJson(b'"\xff"'), True]
    elif field.type == field.TYPE_BOOL:
        wrong = [{}, [], "perhaps", 2, 0.5, "2"]
    elif field.enum_type is not None:
        wrong = [{}, [], "NONSENSE", 1.5, RawJson(b"1e400")]
    else:
        wrong = [{}, [], "x", "0x10", "1 2", 1.5, "1.5", 1 << 64, str(1 << 64), -(1 << 64), RawJson(b"1e400"), RawJson(b"NaN"),
                 RawJson(b"-Infinity"), "NaN", RawJson(b"01"), RawJson(b"1."), RawJson(b"--1"), True]
        if field.cpp_type in (field.CPPTYPE_UINT32, field.CPPTYPE_UINT64):
            wrong += [-1, "-1"]
        if field.cpp_type in (field.CPPTYPE_UINT32, field.CPPTYPE_INT32):
            wrong += [1 << 32, str(1 << 32)]
    for value in wrong:
        shown = value.text.decode("latin-1") if isinstance(value, RawJson) else repr(value)
        yield Lie(f"JSON {shown[:40]}", value, MALFORMED)
    yield Lie("JSON that ends", RawJson(b'{"'), MALFORMED)
    yield Lie("JSON nested too deep", RawJson(b"[" * 40 + b"]" * 40), MALFORMED)


def wire_lies(field, kind, valid):
    """A field of another wire type is an unknown field to protobuf: the field is missing. What cannot be read is malformed."""
    number, right = field.number, wire_type_of(field)
    others = {VARINT: tag(number, VARINT) + b"\x01", FIXED64: fixed(number, 8), FIXED32: fixed(number, 4),
              LENGTH: block(number, b"\x05\x05\x05"), GROUP: tag(number, GROUP) + tag(number, END_GROUP)}
    for wire_type, data in others.items():
        packed = wire_type == LENGTH and field.label == field.LABEL_REPEATED and right == VARINT
        if wire_type != right and not packed:
            yield Lie(f"wire type {wire_type}", RawField(data), kind.missing | MALFORMED)
    yield Lie("a group without an end", RawField(tag(number, GROUP)), MALFORMED)
    yield Lie("a group that ends and never began", RawField(tag(number, END_GROUP)), MALFORMED)
    yield Lie("field number 0", RawField(tag(0, right) + b"\x01\x01"), MALFORMED)
    yield Lie("wire type 7", RawField(tag(number, 7) + b"\x01"), MALFORMED)
    if right == LENGTH:
        yield Lie("longer than the frame", RawField(tag(number, LENGTH) + varint(1 << 20) + b"x"), MALFORMED)
        yield Lie("longer than memory", RawField(tag(number, LENGTH) + varint((1 << 63) + 5) + b"x"), MALFORMED)
        yield Lie("a negative length", RawField(tag(number, LENGTH) + varint(-1) + b"x"), MALFORMED)
    else:
        yield Lie("a varint of eleven bytes", RawField(tag(number, VARINT) + b"\xff" * 10 + b"\x01"), MALFORMED)
        yield Lie("a varint that ends", RawField(tag(number, VARINT) + b"\xff\xff"), MALFORMED)
    if field.type == field.TYPE_STRING:
        for label, data in (("bytes that are no UTF-8", b"\xff\xfe"), ("overlong UTF-8", b"\xc0\xaf"),
                            ("a surrogate in UTF-8", b"\xed\xa0\x80"), ("a cut character", b"a\xe2\x82")):
            yield Lie(label, RawField(block(number, data)), MALFORMED, names_field=True)
    if field.message_type is not None:
        yield Lie("a message that cannot be read", RawField(block(number, b"\xff\xff\xff")), MALFORMED)


def doubles(field, valid, binary):
    """The field twice. In JSON that is malformed; in protobuf what comes last counts."""
    if field.label == field.LABEL_REPEATED and binary or valid is ABSENT:
        return
    if field.message_type is not None or field.label == field.LABEL_REPEATED:
        decoy = valid
    elif field.type == field.TYPE_BYTES:
        decoy = os.urandom(16)
    elif field.type == field.TYPE_STRING:
        decoy = "a decoy"
    else:
        decoy = not valid if field.type == field.TYPE_BOOL else 1
    yield Lie("twice", Twice(decoy, valid), OK if binary else MALFORMED)


def is_one_of(field):
    """True where the field stands in a oneof of the contract (`optional` makes one of its own)."""
    return field.containing_oneof is not None and len(field.containing_oneof.fields) > 1


def lies_about(field, kind, valid, binary):
    """All lies about one field of a message whose right value is `valid` (ABSENT: it has none)."""
    told = _lies_about(field, kind, valid, binary)
    if not is_one_of(field) or valid is not ABSENT:
        yield from told
        return
    # Beside another of its oneof: JSON has no way to say both, in protobuf what comes last counts.
    for lie in told:
        absent = lie.value is ABSENT or lie.value is None or isinstance(lie.value, RawField)
        yield Lie(lie.label, lie.value, lie.allowed | (OK | kind.missing if absent else MALFORMED | WRONG), lie.names_field)


def _lies_about(field, kind, valid, binary):
    yield Lie("missing", ABSENT, kind.missing)
    if not binary:
        yield Lie("null", None, kind.missing)
    default = [] if field.label == field.LABEL_REPEATED else {
        field.CPPTYPE_STRING: b"" if field.type == field.TYPE_BYTES else "", field.CPPTYPE_BOOL: False,
        field.CPPTYPE_MESSAGE: None}.get(field.cpp_type, 0)
    if default is not None:
        yield Lie("empty", default, kind.empty)
    yield from kind.lies([] if valid is ABSENT and field.label == field.LABEL_REPEATED else valid)
    yield from doubles(field, valid, binary)
    yield from wire_lies(field, kind, valid) if binary else json_lies(field)
