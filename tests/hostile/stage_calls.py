"""How to make each HTTP call rightly, and what its path and query may hold. A new one fails the test until it stands here."""

import secrets

from hostile.contract import OPERATIONS
from hostile.fields import NotInTheTable
from hostile.kinds import names
from hostile.people import PASSWORD, uuid_text
from hostile.stage_frames import right_command, speaker


class Call:
    """One request: `path` and `query` by parameter, `body` as a tree, `person` whose token it carries (None: nobody's)."""

    def __init__(self, person=None, body=None, query=None, **path):
        self.person, self.body, self.query, self.path = person, body, query or {}, path


def in_room(who="mallory", body=None, **query):
    return lambda w: Call(getattr(w, who), body(w) if body else None, query, id=uuid_text(w.room.id))


def about_event(**query):
    return lambda w: Call(w.mallory, None, query, id=uuid_text(w.room.id), seq=str(w.room.seq))


def handle():
    return "h." + secrets.token_hex(8)


RIGHT_CALLS = {
    "signUp": lambda w: Call(None, {"handle": handle(), "password": PASSWORD, "displayName": "Good", "deviceName": "laptop",
                                    "platform": "web"}),
    "signIn": lambda w: Call(None, {"handle": w.victimless.handle, "password": PASSWORD, "deviceName": "laptop",
                                    "platform": "web"}),
    "refresh": lambda w: Call(None, {"refreshToken": w.victimless.refresh_token}),
    "signOut": lambda w: Call(w.victimless),
    "signOutEverywhere": lambda w: Call(w.victimless),
    "changePassword": lambda w: Call(w.victimless, {"oldPassword": PASSWORD, "newPassword": PASSWORD}),
    "createSignUpInvitation": lambda w: Call(w.mallory, {"uses": 3, "lifeMs": "60000"}),
    "getAccount": lambda w: Call(w.mallory),
    "changeAccount": lambda w: Call(w.mallory, {
        "displayName": "Mallory", "about": "lies", "avatar": "a1", "readReceipts": True, "lastSeen": "AUDIENCE_CONTACTS",
        "online": "AUDIENCE_NOBODY"}),
    "deleteAccount": lambda w: Call(w.victimless, {"password": PASSWORD}),
    "listDevices": lambda w: Call(w.mallory),
    "renameDevice": lambda w: Call(w.mallory, {"name": "my laptop"}, id=uuid_text(w.mallory.device)),
    "revokeDevice": lambda w: Call(w.victimless, id=uuid_text(w.victimless.device)),
    "findPeople": lambda w: Call(w.mallory, query={"handle": w.fred.handle}),
    "lookUpPeople": lambda w: Call(w.mallory, {"accounts": [w.fred.account]}),
    "listContacts": lambda w: Call(w.mallory, query={"after": "a", "limit": "10"}),
    "addContact": lambda w: Call(w.mallory, id=uuid_text(w.fred.account)),
    "removeContact": lambda w: Call(w.mallory, id=uuid_text(w.fred.account)),
    "listBlocks": lambda w: Call(w.mallory, query={"after": "a", "limit": "10"}),
    "addBlock": lambda w: Call(w.mallory, id=uuid_text(w.victimless.account)),
    "removeBlock": lambda w: Call(w.mallory, id=uuid_text(w.victimless.account)),
    "createChannel": lambda w: Call(w.mallory, right_command(w, "createChannel")),
    "getChannel": in_room(),
    "sendCommand": lambda w: Call(w.mallory, right_command(w, "post"), id=uuid_text(w.room.id)),
    "getHistory": lambda w: Call(w.mallory, query={"from": "1", "to": str(w.room.seq), "limit": "5", "oldest_first": "true"},
                                 id=uuid_text(w.room.id)),
    "getContent": about_event(),
    "getVersions": about_event(),
    "getReceipts": about_event(),
    "moveCursor": in_room(body=lambda w: {"delivered": w.room.seq, "read": 1}),
    "setRegisters": in_room(body=lambda w: {"markedUnread": True, "mutedUntil": "-1", "pinned": True, "archived": True}),
    "hideMessages": in_room(body=lambda w: {"from": 1, "to": 1}),
    "sync": lambda w: Call(w.mallory, {"historyForTop": 3, "historyLimit": 5}),
    "exportAccount": lambda w: Call(w.mallory, query={"channel": uuid_text(w.room.id), "from": "1"}),
    "getKeys": lambda w: Call(),
    "healthz": lambda w: Call(),
    "readyz": lambda w: Call(),
    "metrics": lambda w: Call(),
    "frontPage": lambda w: Call(),
}

# What does the same to the same people again; after the others the one they were done to is somebody new.
AGAIN = {"createSignUpInvitation", "getAccount", "changeAccount", "listDevices", "renameDevice", "findPeople", "lookUpPeople",
         "listContacts", "addContact", "removeContact", "listBlocks", "addBlock", "removeBlock", "getChannel", "getHistory",
         "getContent", "getVersions", "getReceipts", "moveCursor", "setRegisters", "hideMessages", "sync", "exportAccount",
         "getKeys", "healthz", "readyz", "metrics", "frontPage"}

# The answer to an id in the path that nothing has.
NOBODY = {"renameDevice": "device_unknown", "revokeDevice": "device_unknown", "addContact": "account_unknown",
          "addBlock": "account_unknown", "removeContact": "ok", "removeBlock": "ok"}

# Text in the query that is nothing: the answer, by "operation.parameter".
QUERY_TEXT = {
    "findPeople.handle": names("account_unknown"), "findPeople.prefix": names("invalid_argument"),  # beside a handle
    "listContacts.after": names("ok"), "listBlocks.after": names("ok"), "exportAccount.channel": names("invalid_argument"),
}


def call_of(world, name, variant=None):
    """The right call; a variant is that of a command."""
    call = RIGHT_CALLS[name](world)
    if variant:
        call.person, call.body = speaker(world, variant), right_command(world, variant)
        if "id" in call.path:
            call.path["id"] = uuid_text(call.body["channelId"])
    return call


def nobody(operation):
    return names(NOBODY.get(operation.name, "channel_unknown"))


def check_complete():
    for operation in OPERATIONS.values():
        if operation.name not in RIGHT_CALLS:
            raise NotInTheTable(f"the call {operation.name} is new: make it rightly in RIGHT_CALLS of tests/hostile/stage_calls.py")
        for name, schema in operation.in_query.items():
            if schema["type"] == "string" and f"{operation.name}.{name}" not in QUERY_TEXT:
                raise NotInTheTable(f"{name} of {operation.name} is new: say in QUERY_TEXT of tests/hostile/stage_calls.py "
                                    "how text that is nothing is answered")
