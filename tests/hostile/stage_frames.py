"""How to say each frame and each command rightly. A new one fails the test until it stands here.

RIGHT_FRAMES: name in ClientFrame -> the body, given the world. RIGHT_COMMANDS: name in Command -> variants of it, each
the body; a variant is called "name" or "name.variant".
"""

import hashlib
import os

from hostile.contract import COMMANDS, FRAMES
from hostile.fields import NotInTheTable
from hostile.people import DIRECT, GROUP, SELF, b64, new_id

RIGHT_FRAMES = {
    "hello": lambda w: {"version": 1, "accessToken": w.mallory.token, "mode": "MODE_HEADS_ONLY", "capabilities": ["x"],
                        "client": "hostile"},
    "newToken": lambda w: {"accessToken": w.mallory.token},
    "command": None,  # RIGHT_COMMANDS
    "moveCursor": lambda w: {"channelId": w.room.id, "delivered": w.room.seq, "read": 1},
    "setRegisters": lambda w: {"channelId": w.room.id, "markedUnread": True, "mutedUntil": -1, "pinned": True,
                               "archived": True},
    "hideMessages": lambda w: {"channelId": w.room.id, "from": 1, "to": 1},
    "typing": lambda w: {"channelId": w.room.id, "on": True},
    "watch": lambda w: {"accounts": [w.fred.account]},
    "setActive": lambda w: {"active": True},
    "openChannels": lambda w: {"channelIds": [w.room.id]},
    "getInbox": lambda w: {},
    "getHistory": lambda w: {"channelId": w.room.id, "from": 1, "to": w.room.seq, "limit": 10, "oldestFirst": True},
    "getChannel": lambda w: {"channelId": w.room.id},
    "getReceipts": lambda w: {"channelId": w.room.id, "seq": w.room.seq},
    "getContent": lambda w: {"channelId": w.room.id, "seq": w.room.seq},
    "getVersions": lambda w: {"channelId": w.room.id, "seq": w.room.seq},
}

SETTINGS = {"post": "WHO_MEMBERS", "add": "WHO_ADMINS", "rename": "WHO_ADMINS", "historyFromStart": True}

RIGHT_COMMANDS = {
    "post": {
        "post": lambda w: {"content": {"text": "Here."}, "replyTo": w.room.seq, "mentions": [w.fred.account]},
        "post.data": lambda w: {"content": {"data": b64(b"bytes"), "type": "image/png"}},
    },
    "edit": {"edit": lambda w: {"target": w.room.seq, "content": {"text": "Where to?"}}},
    "delete": {"delete": lambda w: {"targets": [w.room.seq]}},
    "react": {
        "react": lambda w: {"target": w.room.seq, "content": {"text": "👍"}},
        "react.data": lambda w: {"target": w.room.seq, "content": {"data": b64(b"x"), "type": "image/png"}},
    },
    "createChannel": {
        "createChannel": lambda w: {"kind": GROUP, "title": "Walks", "description": "On Sundays", "avatar": "a1",
                                    "settings": SETTINGS, "members": [w.fred.account]},
        "createChannel.direct": lambda w: {"kind": DIRECT, "peer": w.fred.account},
        "createChannel.self": lambda w: {"kind": SELF},
    },
    "describe": {"describe": lambda w: {"title": "Long walks", "description": "On Mondays", "avatar": "a2"}},
    "changeSettings": {"changeSettings": lambda w: {"settings": SETTINGS}},
    "addMembers": {"addMembers": lambda w: {"accounts": [w.sam.account]}},
    "removeMember": {"removeMember": lambda w: {"account": w.fred.account}},
    "leave": {"leave": lambda w: {}},
    "setRole": {"setRole": lambda w: {"account": w.fred.account, "role": "ROLE_ADMIN"}},
    "handOver": {"handOver": lambda w: {"to": w.fred.account}},
    "createInvitation": {"createInvitation": lambda w: {
        "invitation": new_id(), "secretHash": b64(hashlib.sha256(os.urandom(16)).digest()), "uses": 5}},
    "revokeInvitation": {"revokeInvitation": lambda w: {"invitation": w.room.invitation}},
    "join": {"join": lambda w: {"secret": b64(w.room.secret)}},
    "cryptoCommit": {"cryptoCommit": lambda w: {"epoch": 0, "content": {"data": b64(b"x"), "type": "application/mls"}}},
}

WITHOUT_CHANNEL = {"createChannel.direct", "createChannel.self"}
AGAIN_THE_SAME = {"post", "post.data", "react", "react.data", "describe", "changeSettings", "createChannel.direct",
                  "createChannel.self"}  # what the server may take twice in one room


def speaker(world, variant):
    """Whose connection says it."""
    return world.sam if variant == "join" else world.mallory


def right_command(world, variant):
    """The Command of a variant, with a sendId of its own."""
    name = variant.split(".")[0]
    tree = {"sendId": new_id(), name: RIGHT_COMMANDS[name][variant](world)}
    if variant == "createChannel":
        tree["channelId"] = new_id()
    elif variant not in WITHOUT_CHANNEL:
        tree["channelId"] = world.room.id
    return tree


def check_complete():
    for name in FRAMES:
        if name not in RIGHT_FRAMES:
            raise NotInTheTable(f"the frame {name} is new: say it rightly in RIGHT_FRAMES of tests/hostile/stage_frames.py")
    for name in COMMANDS:
        if name not in RIGHT_COMMANDS:
            raise NotInTheTable(f"the command {name} is new: say it rightly in RIGHT_COMMANDS of tests/hostile/stage_frames.py")
