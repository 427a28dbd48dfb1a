"""What was sent, what was told of it, and what was seen: the account that everybody's own is compared with. Times are of the monotonic clock."""

import array
import dataclasses
import time

SHOWN = 40  # violations that are told in full


@dataclasses.dataclass(slots=True, eq=False)
class Send:
    """One command, from the moment it was due until its outcome is known."""

    send_id: str
    account: str
    by: str  # the device
    channel: str
    kind: str  # as in the header of its event: message, edited, deleted, reacted
    body: dict
    due: float
    sent: float = 0.0  # first
    tries: int = 0
    told: float = 0.0
    seq: int = 0
    refused: str = ""

    @property
    def text(self):
        return next(iter(self.body.values())).get("content", {}).get("text", "")

    @property
    def target(self):
        body = next(iter(self.body.values()))
        return body.get("target") or body.get("targets", [0])[0]


class Book:
    def __init__(self):
        self.sends = {}
        self.places = {}  # channel -> seq -> send_id ("" for the server's own), as anybody saw it first
        self.violations = []
        self.due, self.took = array.array("d"), array.array("d")  # of each message, at each device that it reached
        self.answered_due, self.answered_took = array.array("d"), array.array("d")  # from when it was due to its outcome

    def violation(self, text):
        self.violations.append(text)
        if len(self.violations) <= SHOWN:
            print(f"VIOLATION: {text}", flush=True)

    def write_down(self, send):
        self.sends[send.send_id] = send

    def outcome(self, send, outcome):
        """An outcome is final: told again, it is the same."""
        seq, refused = int(outcome.get("seq") or 0), outcome.get("refused", "")
        if send.told and (send.seq, send.refused) != (seq, refused):
            self.violation(f"two outcomes of {send.send_id}: seq {send.seq} {send.refused}, then seq {seq} {refused}")
        if not send.told:
            send.told, send.seq, send.refused = time.monotonic(), seq, refused
            if send.kind == "message":
                self.answered_due.append(send.due)
                self.answered_took.append(send.told - send.due)

    def saw(self, channel, event, who):
        """`who` has an event for the first time; its send, or None where the server made it."""
        header = event["header"]
        seq, send_id = int(header["seq"]), header.get("sendId", "")
        known = self.places.setdefault(channel, {}).setdefault(seq, send_id)
        if known != send_id:
            self.violation(f"{who} has {send_id} at seq {seq} of {channel}, where another device has {known}")
        if "noted" in header or "created" in header:
            return None
        send = self.sends.get(send_id)
        if send is None or (send.account, send.channel) != (header.get("account"), channel) or send.kind not in header:
            self.violation(f"{who} has an event at seq {seq} of {channel} that nobody sent: {send_id}")
            return None
        if send.told and send.seq != seq:
            self.violation(f"{who} has {send_id} at seq {seq}; its outcome was seq {send.seq} {send.refused}")
        text = event.get("content", {}).get("text")
        if text is not None and not (send.text.startswith(text) if event["content"].get("preview") else send.text == text):
            self.violation(f"{who} has another text at seq {seq} of {channel} than was sent")
        return send

    def reached(self, send):
        if send.kind == "message":
            self.due.append(send.due)
            self.took.append(time.monotonic() - send.due)

    def open(self):
        return sum(1 for send in self.sends.values() if not send.told)
