"""The outbox of a device: every command stays here until its outcome is known, whatever becomes of connections."""

import asyncio
import time

from e2e_server import Refused, new_id
from soak_book import Send

WINDOW = 16
# Errors after which the same command may be sent again (docs/errors.md). `internal` is a mistake of the server, and `damaged`.
SAME = {"too_many_requests", "overloaded", "store_unavailable", "disk_full", "stale_owner", "draining", "too_slow", "timeout"}
# What two people may do to one message at once.
FAIR = {"target_deleted", "limit_reached"}


class Outbox:
    def __init__(self, book, who):
        self.book, self.who = book, who
        self.waiting = {}  # send_id -> Send, in the order in which they came
        self._news = asyncio.Event()

    def put(self, account, channel, kind, body, due):
        send = Send(new_id(), account, self.who, channel, kind, body, due)
        self.book.write_down(send)
        self.waiting[send.send_id] = send
        self._news.set()
        return send

    def _answered(self, answer):
        if not answer.cancelled():
            answer.exception()  # looked at here, because the connection may end before `pump` does
        self._news.set()

    async def pump(self, link):
        """Sends all there is over `link`, and what comes, until it breaks."""
        flying, pause, patient = {}, 0.0, {}
        while True:
            self._news.clear()
            now = time.monotonic()
            for send in list(self.waiting.values()):
                if len(flying) >= WINDOW:
                    break
                if send.send_id in flying or patient.get(send.send_id, 0) > now:
                    continue
                send.sent = send.sent or now
                send.tries += 1
                answer = await link.start(command={"channelId": send.channel, "sendId": send.send_id, **send.body})
                flying[send.send_id] = answer
                answer.add_done_callback(self._answered)
            for send_id, answer in list(flying.items()):
                if answer.done():
                    del flying[send_id]
                    pause = self._take(send_id, answer.result())
                    if pause:
                        patient[send_id] = time.monotonic() + pause
                    else:
                        patient.pop(send_id, None)
            wait = min(patient.values(), default=0) - time.monotonic() if patient else None
            try:
                await asyncio.wait_for(self._news.wait(), None if wait is None else max(wait, 0.01))
            except asyncio.TimeoutError:
                pass

    def _take(self, send_id, answer):
        """What an answer means; seconds to wait before the same is sent again, 0 where it is done with."""
        send = self.waiting[send_id]
        if "outcome" in answer:
            self.book.outcome(send, answer["outcome"])
            if send.refused and (send.refused not in FAIR or send.kind == "message"):
                self.book.violation(f"{self.who}: a {send.kind} was refused as {send.refused}")
            del self.waiting[send_id]
            return 0
        error = answer.get("error", {})
        if error.get("name") not in SAME:
            self.book.violation(f"{self.who}: a {send.kind} was answered with {error.get('name')}: {error.get('text')}")
            raise Refused(error.get("name", "nothing"))
        return max(int(error.get("retryAfterMs", 0)) / 1000, 0.2)
