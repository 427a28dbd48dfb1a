"""Twice the load that the server can carry: what is answered meanwhile, and what comes afterwards."""

import contextlib
import pathlib
import tempfile
import threading
import time
import urllib.error
import urllib.request

from bench_servers import load, parleyd

EVERY_SECONDS = 0.05
PATIENCE_SECONDS = 60
AFTERWARDS = 5000  # messages per second
FAULTS = ("lost", "duplicated", "reordered", "errors")


class Asker:
    """Asks for /healthz all the time on connections of its own; how long the answers took, in ms."""

    def __init__(self, url):
        self.url, self.times, self.refused, self.over = url, [], 0, threading.Event()
        self.thread = threading.Thread(target=self.run)

    def run(self):
        while not self.over.wait(EVERY_SECONDS):
            begin = time.monotonic()
            try:
                with urllib.request.urlopen(self.url + "/healthz", timeout=PATIENCE_SECONDS):
                    pass
            except urllib.error.URLError:
                self.refused += 1
            self.times.append(1000 * (time.monotonic() - begin))

    @contextlib.contextmanager
    def asking(self):
        self.thread.start()
        try:
            yield self
        finally:
            self.over.set()
            self.thread.join()


def run(options, sessions, seconds, capacity):
    """`capacity` in messages a second, as the run `direct` measured it."""
    rate = round(2 * capacity)
    arguments = ["direct", "--sessions", str(sessions), "--seconds", f"{seconds:g}"]
    with tempfile.TemporaryDirectory(prefix="bench-", dir=options.work) as directory:
        with parleyd(options.bin, pathlib.Path(directory)) as server:
            with Asker(server.url).asking() as asker:
                status, result = load(options.bin, server, [*arguments, "--rate", str(rate)])
            after_status, after = load(options.bin, server, [*arguments, "--rate", str(min(AFTERWARDS, rate))])
    result.update({fault: result[fault] + after[fault] for fault in FAULTS})
    result.update(healthz_max_ms=max(asker.times), healthz_refused=asker.refused, after_p99_ms=after["p99_ms"])
    return {"command": f"parley-bench {' '.join(arguments)} --rate {rate}", "sessions": sessions, "result": result,
            "status": status or after_status}  # fmt: skip
