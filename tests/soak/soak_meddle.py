"""Damage done to frames on their way, to show that a soak finds it: what a server with that fault would do."""

import json
import struct

from e2e_raw import TEXT, frame
from e2e_server import new_id


class Meddler:
    """Bytes in, bytes out, for the two ways of one connection; every damage gets each text frame as JSON, and gives the list of those that
    go on in its place."""

    def __init__(self, damages):
        self.damages = damages
        self._buffers = {"server": b"", "client": b""}
        self._upgraded = {"server": False, "client": False}
        self._plain = False
        self._kept = {}  # what a damage keeps for this connection

    def from_server(self, data):
        return self._pass("server", data)

    def from_client(self, data):
        return self._pass("client", data)

    def _change(self, side, said):
        frames = [said]
        for damage in self.damages:
            change = damage.change_from_server if side == "server" else damage.change_from_client
            frames = [after for before in frames for after in change(before, self._kept.setdefault(damage, {}))]
        return frames

    def _pass(self, side, data):
        if self._plain:
            return data
        buffer, out = self._buffers[side] + data, b""
        if not self._upgraded[side]:
            head, end, rest = buffer.partition(b"\r\n\r\n")
            if not end:
                self._buffers[side] = buffer
                return b""
            if b"websocket" not in head.lower():
                self._plain = True
                return buffer
            self._upgraded[side] = True
            out, buffer = head + end, rest
        while (parsed := parse(buffer)) is not None:
            size, opcode, payload = parsed
            if opcode == TEXT:
                for one in self._change(side, json.loads(payload)):
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
    """Does nothing to the first `spared` chances, then its work `limit` times; `done` counts. `kept` is of one connection."""

    def __init__(self, spared=5, limit=1):
        self.spared, self.limit = spared, limit
        self.done = 0

    def chance(self):
        self.spared -= 1
        if self.spared >= 0 or self.done >= self.limit:
            return False
        self.done += 1
        return True

    def change_from_server(self, said, kept):
        return [said]

    def change_from_client(self, said, kept):
        return [said]


def has_message(said):
    return any("message" in event["header"] for event in said.get("events", {}).get("events", []))


class LosesAnEvent(Damage):
    def change_from_server(self, said, kept):
        return [] if has_message(said) and self.chance() else [said]


class DoublesAnEvent(Damage):
    def change_from_server(self, said, kept):
        return [said, said] if has_message(said) and self.chance() else [said]


class SwapsTwoEvents(Damage):
    """Holds one back until the next of its channel has passed."""

    def change_from_server(self, said, kept):
        held = kept.get("held")
        if held and said.get("events", {}).get("channelId") == held["events"]["channelId"]:
            return [said, kept.pop("held")]
        if has_message(said) and not held and self.chance():
            kept["held"] = said
            return []
        return [said]


class ForgetsSendIds(Damage):
    """A retry is taken for something new: of a message that was sent again, the send_id is another one."""

    def __init__(self, **options):
        super().__init__(**options)
        self.known = set()

    def change_from_client(self, said, kept):
        command = said.get("command", {})
        if "post" in command:
            if command["sendId"] in self.known and self.chance():
                command["sendId"] = new_id()
            self.known.add(command["sendId"])
        return [said]


class TellsAnOutcomeOfNothing(Damage):
    """Says posted of a message that the server never gets."""

    def change_from_client(self, said, kept):
        command = said.get("command", {})
        seq = kept.get(command.get("channelId"), 0)
        if "post" in command and seq and self.chance():
            outcome = {"channelId": command["channelId"], "sendId": command["sendId"], "seq": str(seq + 1), "time": "1"}
            kept.setdefault("answers", []).append({"request": str(said["request"]), "outcome": outcome})
            return []
        return [said]

    def change_from_server(self, said, kept):
        for event in said.get("events", {}).get("events", []):
            kept[said["events"]["channelId"]] = int(event["header"]["seq"])
        return [*kept.pop("answers", []), said]


class ChangesAText(Damage):
    def change_from_server(self, said, kept):
        if has_message(said) and self.chance():
            for event in said["events"]["events"]:
                if "text" in event.get("content", {}):
                    event["content"]["text"] += "!"
        return [said]


class MiscountsABadge(Damage):
    """One unread too many in every row."""

    def change_from_server(self, said, kept):
        for row in said.get("inbox", {}).get("rows", []):
            if int(row.get("unread", 0)) > 0 and self.chance():
                row["unread"] = str(int(row["unread"]) + 1)
        return [said]
