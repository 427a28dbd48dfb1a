"""Every lie about every field of a message, nested ones too."""

import copy

from hostile.contract import field_name
from hostile.encode import ABSENT, RawField, block
from hostile.fields import kind_of
from hostile.kinds import MALFORMED, OK, Lie, is_one_of, lies_about

FEW = 4  # of a oneof: its members are lied about beside each other


def put(tree, path, value):
    """A copy of the tree with `value` at `path`."""
    copied = copy.deepcopy(tree)
    at = copied
    for name in path[:-1]:
        at = at.setdefault(name, {})
    at[path[-1]] = value
    return copied


def lies_in(descriptor, tree, binary, variant="", path=(), reached=None):
    """(path, lie, tree with the lie in it) for the message `tree` of that descriptor, and the names of fields reached."""
    for field in descriptor.fields:
        kind = kind_of(field, variant)
        if reached is not None:
            reached.add(field_name(field))
        here = (*path, field.json_name)
        valid = tree.get(field.json_name, ABSENT)
        if valid is ABSENT and is_one_of(field) and len(field.containing_oneof.fields) > FEW:
            # Each has a tree of its own in which it is there. Here it comes beside the right one.
            if not binary:
                yield here, Lie("beside another", {}, MALFORMED), put(tree, (field.json_name,), {})
            continue
        for lie in lies_about(field, kind, valid, binary):
            yield here, lie, put(tree, (field.json_name,), lie.value)
        if field.message_type is not None and isinstance(valid, dict):
            for inner, lie, changed in lies_in(field.message_type, valid, binary, variant, here, reached):
                yield inner, lie, put(tree, (field.json_name,), changed)
    stranger = {"of": [{"the": "future"}]} if not binary else RawField(block(1999, b"of the future"))
    yield (*path, "fromTheFuture"), Lie("a field that nobody knows", stranger, OK), put(tree, ("fromTheFuture",), stranger)
