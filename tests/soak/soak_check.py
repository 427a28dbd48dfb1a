"""The end of a run: what was sent, what was told, what every device has and what a new device reads are the same. A small model of a channel,
which knows nothing of the server's code, says what badges, ticks and pages have to be."""

import asyncio
import collections
import math

import websockets

from e2e_client import number
from e2e_server import Refused
from soak_link import Link

FIELDS = ("head", "unread", "unreadMentions", "registers", "deliveredByAll", "readByAll")


class Channel:
    """One channel from its whole history."""

    def __init__(self, channel, events, book):
        self.channel, self.events, self.book = channel, events, book
        self.order = [event["header"].get("sendId", "") for event in events]
        self.placed = set(self.order)
        self.deleted, self.edits, self.reactions = set(), {}, collections.defaultdict(dict)
        for event in events:
            send = book.sends.get(event["header"].get("sendId"))
            if send is None:
                continue
            seq = number(event["header"]["seq"])
            if send.kind == "deleted":
                self.deleted.update(send.body["delete"]["targets"])
            elif send.kind == "edited":
                self.edits[send.target] = send.text
            elif send.kind == "reacted":
                self.reactions[send.target][send.account] = (send.text, seq)

    def wrong(self):
        """What is wrong with it in itself, in lines."""
        seqs = [number(event["header"]["seq"]) for event in self.events]
        if seqs != list(range(1, len(seqs) + 1)):
            yield f"a hole in the order of {self.channel}"
        twice = [send_id for send_id, count in collections.Counter(filter(None, self.order)).items() if count > 1]
        if twice:
            yield f"{twice} of {self.channel} are there twice"
        messages, time = 0, 0
        for event in self.events:
            header, seq = event["header"], number(event["header"]["seq"])
            messages += "message" in header
            if number(header.get("count")) != messages and "noted" not in header:
                yield f"seq {seq} of {self.channel} counts {header.get('count')} messages instead of {messages}"
            if number(header["time"]) < time:
                yield f"seq {seq} of {self.channel} is older than the one before"
            time = number(header["time"])
            if "message" in header:
                yield from self._message(event, seq)

    def _message(self, event, seq):
        shown, note = event.get("content"), event.get("annotation", {})
        if seq in self.deleted:
            if shown or note.get("current") or event.get("contentState") != "CONTENT_STATE_DELETED":
                yield f"seq {seq} of {self.channel} was deleted and is still shown"
            return
        if not shown:
            yield f"seq {seq} of {self.channel} has no content: {event.get('contentState')}"
        if note.get("current", {}).get("text") != self.edits.get(seq):
            yield f"seq {seq} of {self.channel} was edited to {self.edits.get(seq)!r} and is {note.get('current')}"
        slots = {slot["account"]: slot.get("content", {}).get("text", "") for slot in note.get("reactions", [])}
        wanted = {account: text for account, (text, _) in self.reactions[seq].items() if text}
        if {account: text for account, text in slots.items() if text} != wanted:
            yield f"seq {seq} of {self.channel} has the reactions {slots} instead of {wanted}"

    def order_in_time(self):
        """Who was told that one was posted, and then sent another, finds them in that order."""
        earliest = math.inf
        for send_id in reversed(self.order):
            send = self.book.sends.get(send_id)
            if send is None or not send.told:
                continue
            if earliest < send.sent:
                yield f"seq {send.seq} of {self.channel} was sent after a later seq had been posted"
            earliest = min(earliest, send.told)

    def unread(self, account, read):
        """(messages, mentions) of others after `read`."""
        messages = mentions = 0
        for event in self.events[read:]:
            message = event["header"].get("message")
            if message is not None and event["header"]["account"] != account:
                messages += 1
                mentions += account in message.get("mentions", [])
        return messages, mentions


async def insist(work, tries=20):
    """The result of `work()`, though connections may still break."""
    for left in reversed(range(tries)):
        try:
            return await work()
        except (OSError, AttributeError, asyncio.TimeoutError, websockets.WebSocketException, Refused):
            if not left:
                raise
            await asyncio.sleep(0.5)


async def whole_history(person, channels):
    """{channel: events} as a device reads them that has nothing."""
    link = await Link.open(person, lambda said: None)
    try:
        found = {}
        for channel in channels:
            events, after = found.setdefault(channel, []), 1
            while True:
                ask = {"channelId": channel, "from": after, "oldestFirst": True}
                page = (await link.question(20, getHistory=ask))["history"]
                events += page.get("events", [])
                if (after := number(page["to"]) + 1) > number(page["head"]):
                    break
        return found
    finally:
        await link.end()


def picture(row):
    """What two devices have to agree on."""
    return {name: row.get(name) for name in FIELDS}


async def rows_of(device):
    """The rows as this device has kept them, brought up to date by a delta; where all of them anew say something else, both."""
    await device._read_inbox(device.link)
    kept = {channel: picture(kept.row) for channel, kept in device.channels.items()}
    anew, _ = await device.inbox(device.link, None)
    return kept, {channel: picture(row) for channel, row in anew.items()}


async def check(people, book):
    for name, channel in people.not_whole():
        book.violation(f"{name} never learned the newest events of {channel}")
    channels = await _histories(people, book)
    for send in book.sends.values():
        order = channels[send.channel].order
        there = order[send.seq - 1] if send.seq <= len(order) else "nothing"
        if not send.told:
            book.violation(f"a {send.kind} of {send.by} has no outcome after {send.tries} tries: {send.send_id}")
        elif send.seq and there != send.send_id:
            book.violation(f"a {send.kind} of {send.by} was told to be posted as seq {send.seq} of {send.channel}, where {there} is")
        elif send.refused and send.send_id in channels[send.channel].placed:
            book.violation(f"a {send.kind} of {send.by} was told to be refused as {send.refused}, and is in {send.channel}")
    rows = await _rows(people, book)
    for soaker in people.soakers:
        for channel in soaker.channels:
            _badges(soaker, channels[channel], rows, people, book)


async def _histories(people, book):
    """The channels, after every account has read all of its own on a new device."""
    channels = {}
    for soaker in people.soakers:
        new = await insist(lambda one=soaker: asyncio.to_thread(one.signed_in.another_device))
        found = await insist(lambda one=soaker, person=new: whole_history(person, one.channels))
        for channel, events in found.items():
            order = [event["header"].get("sendId", "") for event in events]
            if channel not in channels:
                channels[channel] = Channel(channel, events, book)
                for line in (*channels[channel].wrong(), *channels[channel].order_in_time()):
                    book.violation(line)
            elif order != channels[channel].order:
                book.violation(f"a new device of {soaker.handle} reads another history of {channel}")
            for event in events:
                book.saw(channel, event, f"a new device of {soaker.handle}")
            if len(events) != len(book.places[channel]):
                book.violation(f"{channel} has {len(events)} events in history, and devices have seen {len(book.places[channel])}")
    return channels


async def _rows(people, book):
    """{account: rows}; all its devices have the same."""
    rows = {}
    for soaker in people.soakers:
        for device in soaker.devices:
            kept, anew = await insist(lambda one=device: rows_of(one))
            first = rows.setdefault(soaker.account, anew)
            for channel in soaker.channels:
                if kept[channel] != anew[channel]:
                    book.violation(f"{device.name}: the changes of {channel} lead to {kept[channel]}, and all anew is {anew[channel]}")
                if first[channel] != anew[channel]:
                    book.violation(f"{device.name}: {channel} is {anew[channel]}, and {first[channel]} on another device of the account")
    return rows


def _badges(soaker, channel, rows, people, book):
    row = rows[soaker.account][channel.channel]
    delivered, read = (number((row["registers"] or {}).get(name)) for name in ("delivered", "read"))
    told, asked = (which.get(channel.channel, (0, 0)) for which in (soaker.told, soaker.asked))
    where = f"{soaker.handle} in {channel.channel}"
    if not (told[0] <= delivered <= max(1, *asked) and told[1] <= read <= max(1, asked[1])):
        book.violation(f"{where}: cursors are at {delivered}/{read}, told were {told}, asked for {asked}")
    if number(row["head"]) != len(channel.events):
        book.violation(f"{where}: the head is {row['head']} and there are {len(channel.events)} events")
    badge = (number(row["unread"]), number(row["unreadMentions"]))
    if badge != channel.unread(soaker.account, read):
        book.violation(f"{where}: the badge is {badge}, and {channel.unread(soaker.account, read)} by counting")
    others = [rows[other.account][channel.channel]["registers"] or {} for other in people.members[channel.channel] if other is not soaker]
    ticks = tuple(min(number(other.get(name)) for other in others) for name in ("delivered", "read"))
    if (number(row["deliveredByAll"]), number(row["readByAll"])) != ticks:
        book.violation(f"{where}: the ticks are at {row['deliveredByAll']}/{row['readByAll']}, and {ticks} by counting")
