"""Two people who chat all the time while others lie. They notice nothing: every message arrives, once and in order, and
nothing else does."""

import threading

from hostile.people import DIRECT, GROUP, Someone, new_id
from hostile.talk import Http

PAUSE = 0.01
PUSHES = {"events", "receiptsMoved", "registersChanged"}


class Bystanders:
    def __init__(self, target):
        http = Http(target)
        self.people = [Someone.sign_up(target, http, name).settled() for name in ("nora", "otto")]
        self.lines = [one.line(binary) for one, binary in zip(self.people, (False, True))]
        nora, otto = self.people
        direct = self.lines[0].ask(command={"sendId": new_id(), "createChannel": {"kind": DIRECT, "peer": otto.account}})
        group = new_id()
        nora.command(None, **{"channelId": group, "createChannel": {"kind": GROUP, "title": "Ours", "members": [otto.account]}})
        http.close()
        self.channels = [direct["outcome"]["channelId"], group]
        self.said = {channel: [] for channel in self.channels}
        self.heard = [{channel: [] for channel in self.channels} for _ in self.people]
        self.wrong = []
        self.rounds = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._chat, daemon=True)
        self._thread.start()

    def _chat(self):
        try:
            while not self._stop.wait(PAUSE):
                self._round()
        except Exception as failed:  # whatever it is, they noticed something
            self.wrong.append(f"after {self.rounds} rounds: {failed!r}")

    def _round(self):
        speaks, channel = self.rounds % 2, self.channels[self.rounds // 2 % 2]
        text = f"{self.rounds} between us"
        told = self.lines[speaks].ask(command={"channelId": channel, "sendId": new_id(), "post": {"content": {"text": text}}})
        if "seq" not in told.get("outcome", {}):
            raise AssertionError(f"a post was answered with {told}")
        self.said[channel].append((int(told["outcome"]["seq"]), text))
        for who in (0, 1):
            while not self.heard[who][channel] or self.heard[who][channel][-1][1] != text:
                self._take(who, self.lines[who].pushes.pop(0) if self.lines[who].pushes else self.lines[who].read())
        self.rounds += 1

    def _take(self, who, told):
        kind = next(name for name in told if name != "request")
        about = told[kind].get("channelId") if isinstance(told[kind], dict) else None
        if kind not in PUSHES or about not in self.channels:
            self.wrong.append(f"{('nora', 'otto')[who]} was told {told}")
            return
        for event in told.get("events", {}).get("events", []):
            if "message" in event["header"]:
                self.heard[who][about].append((int(event["header"]["seq"]), event["content"]["text"]))

    def stop(self):
        """What they noticed."""
        self._stop.set()
        self._thread.join()
        for who in (0, 1):
            for channel in self.channels:
                if self.heard[who][channel] != self.said[channel]:
                    self.wrong.append(f"{('nora', 'otto')[who]} heard other than what was said")
            inbox = self.lines[who].ask(getInbox={})["inbox"]
            shared = {row["channelId"] for row in inbox["rows"] if row["kind"] not in ("CHANNEL_KIND_SELF", "CHANNEL_KIND_ACCOUNT")}
            if shared != set(self.channels):
                self.wrong.append(f"{('nora', 'otto')[who]} has other channels than before")
            self.lines[who].close()
        return self.wrong
