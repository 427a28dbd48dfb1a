"""Those whom the lies are about. What is theirs is looked at before and after: nothing may have changed."""

import hashlib
import json
import os

from e2e_server import wait_until
from hostile.people import DIRECT, Room, b64, new_id, uuid_text

# What time alone may change.
VOLATILE = {"lastUsed", "lastSeen", "version", "accessExpires"}


def still(node):
    if isinstance(node, dict):
        return {key: still(value) for key, value in node.items() if key not in VOLATILE}
    return [still(one) for one in node] if isinstance(node, list) else node


class Victims:
    """vera owns a group in which viktor is an admin and ines an ordinary member; gone has left it; hugo was blocked by vera.
    A liar may be ines, gone or hugo, or a stranger."""

    def __init__(self, world):
        self.vera, self.viktor, self.ines, self.gone, self.hugo = (
            world.sign_up(name).settled() for name in ("vera", "viktor", "ines", "gone", "hugo"))
        self.room = room = Room(self.vera, self.ines, None, self.viktor, self.gone)
        self.vera.command(room.id, setRole={"account": self.viktor.account, "role": "ROLE_ADMIN"})
        self.vera.command(room.id, edit={"target": room.seq, "content": {"text": "Where to?"}})
        self.gone.command(room.id, leave={})
        self.hidden_from_gone = int(self.vera.command(room.id, post={"content": {"text": "Without you"}})["seq"])
        self.direct = self.vera.call("POST", "/v1/channels", {
            "sendId": new_id(), "createChannel": {"kind": DIRECT, "peer": self.viktor.account}})["channelId"]
        self.secret_seq = int(self.vera.command(self.direct, post={"content": {"text": "Between us"}})["seq"])
        self.with_hugo = self.vera.call("POST", "/v1/channels", {
            "sendId": new_id(), "createChannel": {"kind": DIRECT, "peer": self.hugo.account}})["channelId"]
        self.vera.call("PUT", f"/v1/blocks/{uuid_text(self.hugo.account)}")
        self.vera.call("PUT", f"/v1/contacts/{uuid_text(self.viktor.account)}")
        self.vera.call("PATCH", f"/v1/channels/{uuid_text(self.direct)}/registers", {"pinned": True, "mutedUntil": -1})
        self.viktor.call("PUT", f"/v1/channels/{uuid_text(self.direct)}/cursor", {"read": self.secret_seq})
        self.second = self.vera.another_device()
        self._wait_for_block()
        self.line = self.vera.line()
        self.before = self.look()

    def _wait_for_block(self):
        """The block reaches the channel as a job, a moment later."""
        wait_until(lambda: self.vera.call("GET", f"/v1/channels/{uuid_text(self.with_hugo)}").get("iBlocked"), "the block")

    def look(self):
        """Everything that is theirs, as they see it."""
        seen = {}
        for name in ("vera", "viktor"):
            person = getattr(self, name)
            for path in ("/v1/account", "/v1/devices", "/v1/contacts", "/v1/blocks"):
                seen[f"{name} {path}"] = still(person.call("GET", path))
            inbox = person.call("POST", "/v1/sync", {"historyForTop": 20})
            for row in inbox["inbox"]["rows"]:
                seen[f"{name} row {row['channelId']}"] = still(row)
            for history in inbox.get("histories", []):
                seen[f"{name} history {history['channelId']}"] = history
        for channel in (self.room.id, self.direct, self.with_hugo):
            path = f"/v1/channels/{uuid_text(channel)}"
            seen[f"channel {channel}"] = still(self.vera.call("GET", path))
        seen["versions"] = self.vera.call("GET", f"{self.room.path}/events/{self.room.seq}/versions")
        seen["receipts"] = self.vera.call("GET", f"{self.room.path}/events/{self.room.seq}/receipts")
        return seen

    def was_so(self, push):
        """Receipts are told a moment later: these are of what the victims did themselves before they were looked at."""
        moved = push.get("receiptsMoved")
        row = self.before.get(f"vera row {moved['channelId']}", {}) if moved else {}
        return bool(moved) and all(row.get(name) == moved.get(name) for name in ("deliveredByAll", "readByAll"))

    def changes(self):
        """What is not as it was, and what was pushed to vera meanwhile."""
        after, wrong = self.look(), []
        for name in sorted(set(self.before) | set(after)):
            if self.before.get(name) != after.get(name):
                wrong.append(f"{name} changed: {json.dumps(self.before.get(name))[:400]} -> {json.dumps(after.get(name))[:400]}")
        self.line.ask(getInbox={})
        wrong += [f"vera was told {json.dumps(push)[:400]}" for push in self.line.pushes if not self.was_so(push)]
        self.line.pushes = []
        self.before = after
        return wrong


def fresh_hash():
    return b64(hashlib.sha256(os.urandom(16)).digest())
