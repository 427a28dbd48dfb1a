"""The real server as a test sees it: started on any free port with a directory of its own, stopped or killed."""

import base64
import http.client
import json
import os
import pathlib
import signal
import ssl
import subprocess
import threading
import time
import uuid

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("PARLEY_BIN", ROOT / "build" / "release" / "bin"))
PASSWORD = "correct horse battery"
SANITIZED = bool(os.environ.get("PARLEY_PRESET_SANITIZE"))
DEADLINE = 60 if SANITIZED else 20


def wait_until(condition, what, deadline=DEADLINE, every=0.01):
    """Asks again, `every` so many seconds, until `condition()` is true; its value."""
    end = time.monotonic() + deadline
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {deadline} s: {what}")
        time.sleep(every)


def read_until(process, stream, text):
    """What it printed there, up to the line with `text`."""
    shown = ""
    watchdog = threading.Timer(60, process.kill)
    watchdog.start()
    for line in stream:
        shown += line
        if text in line:
            watchdog.cancel()
            return shown
    raise AssertionError(f"ended without {text!r}: {shown}")


def uuid_text(identity):
    """The UUID text of an id in base64: what a path of the HTTP API wants."""
    return str(uuid.UUID(bytes=base64.b64decode(identity)))


def new_id():
    """A UUIDv7 in base64, as a client makes its send_ids."""
    raw = bytearray(int(time.time() * 1000).to_bytes(6, "big") + os.urandom(10))
    raw[6] = 0x70 | raw[6] & 0x0F
    raw[8] = 0x80 | raw[8] & 0x3F
    return base64.b64encode(raw).decode()


class Refused(Exception):
    """The server answered with an error of the table, or with an outcome that is a refusal."""

    def __init__(self, name, text="", status=0, answer=None):
        super().__init__(f"{name}: {text}")
        self.name, self.status, self.answer = name, status, answer


def limits(**values):
    """Flags that set limits: limits(hello_ms=1000)."""
    return [part for name, value in values.items() for part in ("--limit", f"{name}={value}")]


class Server:
    """One parleyd. `arguments` are more flags; the data directory outlives the process."""

    def __init__(self, data, *arguments, password_cost="minimum"):
        self.data = pathlib.Path(data)
        self.arguments = [*arguments, "--password-cost", password_cost]
        self.process = None
        self.port = None
        self.secure = False
        self.lines = []
        self.errors = []
        self.environment = {}  # besides that of the test
        self.process_options = {}  # of subprocess.Popen

    def command(self):
        return [str(BIN / "parleyd"), "--listen", f"127.0.0.1:{self.port or 0}", "--data", str(self.data), *self.arguments]

    def start(self, deadline=DEADLINE):
        assert (BIN / "parleyd").exists(), f"there is no {BIN / 'parleyd'}: make build"
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PARLEY_")}
        self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, env={**environment, **self.environment}, cwd=self.data.parent,
                                        **self.process_options)
        self.lines, self.errors = [], []
        for stream, kept in ((self.process.stdout, self.lines), (self.process.stderr, self.errors)):
            threading.Thread(target=self._read, args=(stream, kept), daemon=True).start()
        wait_until(lambda: self._listening() or self.process.poll() is not None, "the line that tells the port", deadline)
        assert self._listening(), f"parleyd ended with {self.process.wait()}:\n" + "".join(self.errors)
        return self

    @staticmethod
    def _read(stream, kept):
        for line in stream:
            kept.append(line.decode("utf-8", "replace"))

    def _listening(self):
        for line in self.lines:
            if line.startswith("parleyd listening on "):
                address = line.split()[3]
                self.secure = address.startswith("https")
                self.port = int(address.rsplit(":", 1)[1])
                return True
        return False

    def kill(self):
        """The plug: no warning, no goodbye."""
        self.process.kill()
        self.process.wait()

    def terminate(self):
        self.process.send_signal(signal.SIGTERM)

    def stop(self, deadline=DEADLINE):
        if self.process and self.process.poll() is None:
            self.terminate()
            try:
                self.process.wait(deadline)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise AssertionError("parleyd did not end after SIGTERM") from None
        return self.process.returncode if self.process else None

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def log(self):
        return "".join(self.errors)

    def rss_bytes(self):
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        return 0

    # ---- HTTP ------------------------------------------------------------------------------------------------------

    @property
    def url(self):
        return f"http{'s' if self.secure else ''}://127.0.0.1:{self.port}"

    @property
    def ws_url(self):
        return f"ws{'s' if self.secure else ''}://127.0.0.1:{self.port}/v1/ws"

    def request(self, method, path, body=None, token=None, headers=None):
        """(status, headers, bytes) of one request on a connection of its own."""
        if self.secure:
            context = ssl._create_unverified_context()
            connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=DEADLINE, context=context)
        else:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=DEADLINE)
        headers = dict(headers or {})
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if isinstance(body, (dict, list)):
            body = json.dumps(body).encode()
            headers.setdefault("Content-Type", "application/json")
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def call(self, method, path, body=None, token=None, headers=None):
        """The JSON of a good answer; Refused for an error."""
        status, _, content = self.request(method, path, body, token, headers)
        answer = json.loads(content) if content else {}
        if status >= 400:
            error = answer.get("error", {})
            raise Refused(error.get("name", f"status {status}"), error.get("text", ""), status, answer)
        return answer

    def sign_up(self, handle=None, password=PASSWORD, **fields):
        handle = handle or f"p{uuid.uuid4().hex[:12]}"
        tokens = self.call("POST", "/v1/accounts", {"handle": handle, "password": password, **fields})
        return Person(self, handle, password, tokens)


class Person:
    """One device of an account: the tokens it was given. Ids are in base64."""

    def __init__(self, server, handle, password, tokens):
        self.server, self.handle, self.password = server, handle, password
        self.take(tokens)

    def take(self, tokens):
        self.account, self.device = tokens["account"], tokens["device"]
        self.token, self.refresh_token = tokens["accessToken"], tokens.get("refreshToken", "")
        self.expires = int(tokens["accessExpires"])

    def another_device(self, **fields):
        body = {"handle": self.handle, "password": self.password, **fields}
        return Person(self.server, self.handle, self.password, self.server.call("POST", "/v1/auth/sign-in", body))

    def call(self, method, path, body=None, headers=None):
        return self.server.call(method, path, body, self.token, headers)

    def command(self, channel, send_id=None, **body):
        """A command over HTTP; the outcome."""
        command = {"channelId": channel, "sendId": send_id or new_id(), **body}
        return self.call("POST", f"/v1/channels/{uuid_text(channel)}/commands", command)


@pytest.fixture(scope="module", name="server")
def module_server(tmp_path_factory):
    """One server for the tests of a module."""
    with Server(tmp_path_factory.mktemp("data")) as server:
        yield server
