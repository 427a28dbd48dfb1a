"""Damage done to frames on their way, to show that a soak finds it: what a server with that fault would do."""

import json
import struct

from e2e_raw import TEXT, frame
from e2e_server import new_id


class Meddler:
    """Bytes in, bytes out, for the two ways of one connection; `change_from_server` and `change_from_client` get each text frame as JSON
    and give the list of those that go on in its place."""

    def __init__(self, damage):
        self.damage = damage
        self._buffers = {"server": b"", "client": b""}
        self._upgraded = {"server": False, "client": False}

    def from_server(self, data):
        return self._pass("server", data, self.damage.change_from_server)

    def from_client(self, data):
        return self._pass("client", data, self.damage.change_from_client)

    def _pass(self, side, data, change):
        buffer, out = self._buffers[side] + data, b""
        if not self._upgraded[side]:
            head, end, rest = buffer.partition(b"\r\n\r\n")
            if not end:
                self._buffers[side] = buffer
                return b""
            if b"websocket" not in head.lower():  # plain HTTP: from now on as it comes
                self._buffers[side] = b""
                return buffer
            self._upgraded[side] = True
            out, buffer = head + end, rest
        while (parsed := parse(buffer)) is not None:
            size, opcode, payload = parsed
            if opcode == TEXT:
                for one in change(json.loads(payload)):
                    out += frame(TEXT, json.dumps(one).encode(), masked=side == "client")
            else:
                out += buffer[:size]
            buffer = buffer[size:]
        self._buffers[side] = buffer
        return out


def parse(buffer):
    """(bytes of the frame, opcode, payload without its mask) of the first whole frame, or None."""
    if len(buffer) < 2:
        return None
    size, at, masked = buffer[1] & 0x7F, 2, buffer[1] & 0x80
    if size >= 126:
        form, width = ("!H", 2) if size == 126 else ("!Q", 8)
        if len(buffer) < at + width:
            return None
        size, at = struct.unpack_from(form, buffer, at)[0], at + width
    key, at = (buffer[at : at + 4], at + 4) if masked else (None, at)
    if len(buffer) < at + size:
        return None
    payload = buffer[at : at + size]
    if key is not None:
        payload = bytes(byte ^ key[i % 4] for i, byte in enumerate(payload))
    return at + size, buffer[0] & 0x0F, payload


class Damage:
    """Does nothing to the first `spared` chances, then its work at one in `every`; `done` counts."""

    def __init__(self, every=1, spared=30, limit=1):
        self.every, self.spared, self.limit = every, spared, limit
        self.seen = self.done = 0

    def chance(self):
        self.seen += 1
        if self.seen <= self.spared or self.seen % self.every or self.done >= self.limit:
            return False
        self.done += 1
        return True

    def change_from_server(self, said):
        return [said]

    def change_from_client(self, said):
        return [said]

    def __call__(self):
        return Meddler(self)


def has_message(said):
    return any("message" in event["header"] for event in said.get("events", {}).get("events", []))


class LosesAnEvent(Damage):
    def change_from_server(self, said):
        return [] if has_message(said) and self.chance() else [said]


class DoublesAnEvent(Damage):
    def change_from_server(self, said):
        return [said, said] if has_message(said) and self.chance() else [said]


class SwapsTwoEvents(Damage):
    """Holds one back until the next of its channel has passed."""

    held = None

    def change_from_server(self, said):
        if self.held and said.get("events", {}).get("channelId") == self.held["events"]["channelId"]:
            held, self.held = self.held, None
            return [said, held]
        if has_message(said) and self.chance():
            self.held = said
            return []
        return [said]


class ForgetsSendIds(Damage):
    """A retry is taken for something new: of each command that was sent again, the send_id is another one."""

    def __init__(self, **options):
        super().__init__(**options)
        self.known = set()

    def change_from_client(self, said):
        command = said.get("command", {})
        if "post" in command:
            if command["sendId"] in self.known and self.chance():
                command["sendId"] = new_id()
            self.known.add(command["sendId"])
        return [said]


class TellsAnOutcomeOfNothing(Damage):
    """Says posted of a message that the server never gets."""

    def __init__(self, **options):
        super().__init__(**options)
        self.seqs = {}
        self.answers = []

    def change_from_client(self, said):
        command = said.get("command", {})
        if "post" in command and command["channelId"] in self.seqs and self.chance():
            seq = self.seqs[command["channelId"]] + 1
            self.answers.append({"request": str(said["request"]), "outcome": {
                "channelId": command["channelId"], "sendId": command["sendId"], "seq": str(seq), "time": "1"}})
            return []
        return [said]

    def change_from_server(self, said):
        for event in said.get("events", {}).get("events", []):
            self.seqs[said["events"]["channelId"]] = int(event["header"]["seq"])
        answers, self.answers = self.answers, []
        return [*answers, said]


class ChangesAText(Damage):
    def change_from_server(self, said):
        if has_message(said) and self.chance():
            for event in said["events"]["events"]:
                if "text" in event.get("content", {}):
                    event["content"]["text"] += "!"
        return [said]


class WrongBadge(Damage):
    """One unread too many for one device."""

    def change_from_server(self, said):
        for row in said.get("inbox", {}).get("rows", []):
            if int(row.get("unread", 0)) > 0 and self.chance():
                row["unread"] = str(int(row["unread"]) + 1)
        return [said]
