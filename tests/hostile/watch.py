"""The server itself: alive, its log clean, and its memory and connections back where they were."""

import re
import subprocess
import time

from e2e_server import BIN, SANITIZED

MEMORY_MAY_GROW = (512 if SANITIZED else 64) << 20  # sanitizers keep what was freed
SETTLE = 20


def metric(http, name):
    """The sum over all labels of a metric; None where /metrics is not for us."""
    answer = http.ask("GET", "/metrics")
    if answer.status != 200:
        return None
    values = re.findall(rf"^{name}(?:{{.*}})? (\S+)$", answer.body.decode(), re.MULTILINE)
    return sum(float(value) for value in values)


def connections(http):
    return metric(http, "parley_connections")


def sessions(http):
    return metric(http, "parley_sessions")


class Watch:
    """`server` is the process where it is ours, else None. `secrets` are texts that no log may hold."""

    def __init__(self, http, server=None):
        self.http, self.server, self.secrets = http, server, []
        self.connections, self.sessions = connections(http), sessions(http)
        self.memory = server.rss_bytes() if server else None

    def keep_secret(self, *texts):
        self.secrets += [text for text in texts if text]

    def settled(self):
        """What is not as it was; connections may take a moment to be closed."""
        wrong = []
        if self.connections is not None:
            end = time.monotonic() + SETTLE
            while connections(self.http) > self.connections or sessions(self.http) > self.sessions:
                if time.monotonic() > end:
                    wrong.append(f"connections: {self.connections} before, {connections(self.http)} after; "
                                 f"sessions: {self.sessions} before, {sessions(self.http)} after")
                    break
        if self.server:
            wrong += self._process()
        return wrong

    def store(self):
        """What `--verify` says of the store, after the server has stopped."""
        if not self.server:
            return []
        if self.server.stop() != 0:
            return [f"the server ended with {self.server.process.returncode}"]
        done = subprocess.run([BIN / "parleyd", "--verify", self.server.data], capture_output=True, text=True)
        return [f"--verify found damage: {done.stdout[-2000:]} {done.stderr[-2000:]}"] if done.returncode else []

    def _process(self):
        if self.server.process.poll() is not None:
            return [f"the server ended with {self.server.process.returncode}: {self.server.log()[-3000:]}"]
        wrong = []
        grown = self.server.rss_bytes() - self.memory
        if grown > MEMORY_MAY_GROW:
            wrong.append(f"memory grew by {grown >> 20} MiB")
        log = self.server.log()
        wrong += [f"logged: {line}" for line in log.splitlines() if re.search(r"\b(error|internal|assert\w*)\b", line)]
        wrong += [f"the log holds a secret that begins with {secret[:8]}" for secret in self.secrets if secret in log]
        return wrong
