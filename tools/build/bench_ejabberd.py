"""ejabberd as Debian has it, with its message archive in PostgreSQL, driven over loopback: the comparison of `make bench`.
Both run as an unprivileged user in a temporary directory and are stopped afterwards."""

import base64
import contextlib
import glob
import os
import pathlib
import pwd
import re
import selectors
import shutil
import signal
import socket
import subprocess
import tempfile
import time

START_SECONDS = 60
WINDOW = 8
BODY = 200
SIGN_INS_AT_ONCE = 50
POOL = 10
USER = "nobody"

CONFIG = """
hosts: [localhost]
loglevel: error
listen:
  - {{port: {port}, ip: "127.0.0.1", module: ejabberd_c2s, access: c2s, shaper: none, max_stanza_size: 262144}}
auth_method: [sql]
auth_password_format: plain
default_db: sql
sql_type: pgsql
sql_server: "127.0.0.1"
sql_port: {sql_port}
sql_database: ejabberd
sql_username: bench
sql_pool_size: {pool}
acl: {{local: {{user_regexp: ""}}}}
access_rules: {{c2s: {{allow: all}}}}
modules:
  mod_mam: {{default: always, db_type: sql}}
"""


class Missing(Exception):
    """A package that the comparison needs is not installed."""


class Failed(Exception):
    """Says why there is no figure."""


def find_tools():
    binaries = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
    schema = pathlib.Path("/usr/share/ejabberd/sql/pg.sql")
    if not schema.exists() or not shutil.which("erl"):
        raise Missing("ejabberd is not installed (apt-get install ejabberd erlang-p1-pgsql postgresql)")
    if not glob.glob("/usr/lib/*/p1_pgsql-*") and not glob.glob("/usr/lib/erlang/lib/p1_pgsql-*"):
        raise Missing("erlang-p1-pgsql is not installed")
    if not binaries:
        raise Missing("postgresql is not installed")
    return pathlib.Path(binaries[-1]), schema


def unprivileged():
    """The words before a command that make it run as somebody without rights; PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return []
    return ["setpriv", f"--reuid={USER}", f"--regid={pwd.getpwnam(USER).pw_gid}", "--clear-groups", "--inh-caps=-all"]


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def run(command, **more):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False, **more)  # fmt: skip
    if done.returncode != 0:
        raise Failed(f"{' '.join(map(str, command))}: {done.stdout.strip()[-500:]}")
    return done.stdout


@contextlib.contextmanager
def process(command, log, environment, directory):
    with open(log, "wb") as out:
        # In a group of its own, so that what it starts ends with it.
        started = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=environment,
                                   cwd=directory, start_new_session=True)  # fmt: skip
    try:
        yield started
    finally:
        for stop in (signal.SIGINT, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(started.pid, stop)
            with contextlib.suppress(subprocess.TimeoutExpired):
                started.wait(10)
                break


def wait_for_port(port, started, log):
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and started.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    raise Failed(f"it did not start:\n{log.read_text(errors='replace')[-2000:]}")


def measure(directory, sessions, seconds, warm_up=3):
    """The figures of pairs of people who write to each other, named as parley-bench names them."""
    binaries, schema = find_tools()
    with tempfile.TemporaryDirectory(prefix="ejabberd-", dir=directory) as name:
        home = pathlib.Path(name)
        if unprivileged():
            shutil.chown(home, USER)
            home.chmod(0o755)
            if not all(parent.stat().st_mode & 0o001 for parent in home.resolve().parents):
                raise Failed(f"{home} cannot be reached by the user {USER}; give --work another directory")
        with contextlib.ExitStack() as stack:
            psql = start_postgres(stack, binaries, schema, home, sessions)
            port, pid = start_ejabberd(stack, home, psql)
            crowd = Crowd(port, sessions)
            try:
                crowd.sign_in()
                result = crowd.talk(seconds, warm_up)
            finally:
                crowd.close()
            result["server_rss_bytes"] = resident_bytes(pid)
            archived = int(run([*psql["command"], "-Atc", "SELECT count(*) FROM archive"]))
            # Once for each side. ejabberd answers nothing when it has stored, so that is looked at afterwards.
            result["errors"] += int(archived < 2 * result.pop("sent"))
            return result


def start_postgres(stack, binaries, schema, home, sessions):
    as_user, port, data = unprivileged(), free_port(), home / "postgres"
    environment = {"PATH": f"{binaries}:/usr/bin:/bin", "LC_ALL": "C", "HOME": str(home)}
    run([*as_user, binaries / "initdb", "-D", data, "-A", "trust", "-U", "bench", "--encoding=UTF8"], env=environment, cwd=home)
    log = home / "postgres.log"
    command = [*as_user, binaries / "postgres", "-D", data, "-h", "127.0.0.1", "-p", str(port), "-c",
               "unix_socket_directories=", "-c", "shared_buffers=512MB"]  # fmt: skip
    wait_for_port(port, stack.enter_context(process(command, log, environment, home)), log)
    psql = ["psql", "-h", "127.0.0.1", "-p", str(port), "-U", "bench", "-q", "-v", "ON_ERROR_STOP=1"]
    end = time.monotonic() + START_SECONDS
    while subprocess.run([*psql, "-d", "postgres", "-c", "SELECT 1"], capture_output=True, check=False).returncode != 0:
        if time.monotonic() > end:
            raise Failed(f"PostgreSQL does not answer:\n{log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.1)
    run([*psql, "-d", "postgres", "-c", "CREATE DATABASE ejabberd"])
    psql += ["-d", "ejabberd"]
    run([*psql, "-f", schema])
    run([*psql, "-c", f"INSERT INTO users (username, password) SELECT 'u' || i, 'secret' FROM generate_series(0, {sessions - 1}) i"])
    return {"command": psql, "port": port}


def start_ejabberd(stack, home, psql):
    port, log = free_port(), home / "ejabberd.out"
    (home / "ejabberd.yml").write_text(CONFIG.format(port=port, sql_port=psql["port"], pool=POOL))
    (home / "spool").mkdir()
    if unprivileged():
        shutil.chown(home / "spool", USER)
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(home / "spool"), "LC_ALL": "C.UTF-8",
                   "EJABBERD_CONFIG_PATH": str(home / "ejabberd.yml"), "EJABBERD_LOG_PATH": str(home / "spool/ejabberd.log"),
                   "ERL_LIBS": ":".join(sorted({str(pathlib.Path(found).parent) for found in glob.glob("/usr/lib/*/ejabberd-*")})),
                   "ERL_MAX_PORTS": "32000", "ERL_CRASH_DUMP": str(home / "spool/crash")}  # fmt: skip
    # As ejabberdctl starts it, but without a node name: no other process is to find it.
    command = [*unprivileged(), "erl", "+K", "true", "+P", "250000", "-noinput", "-mnesia", "dir", f'"{home}/spool"', "-s", "ejabberd"]
    started = stack.enter_context(process(command, log, environment, home / "spool"))
    wait_for_port(port, started, log)
    return port, started.pid


def resident_bytes(pid):
    """Of the process and those it became: setpriv and erl end up as one."""
    with contextlib.suppress(OSError):
        found = re.search(r"VmRSS:\s*(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())
        return int(found[1]) * 1024 if found else None


# ---- people ------------------------------------------------------------------------------------------------------------

STREAM = (b"<?xml version='1.0'?><stream:stream to='localhost' xmlns='jabber:client' "
          b"xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>")  # fmt: skip
BIND = (b"<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>r</resource></bind></iq>")
END = b"</message>"
IDENTITY = re.compile(rb"\bid=['\"](\d+)-(\d+)-(\d+)['\"]")


class Talker:
    def __init__(self, index, port):
        self.index, self.peer = index, index ^ 1
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setblocking(False)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.input, self.output = b"", b""
        self.sent = self.arrived = self.next = 0
        self.step = 0


class Crowd:
    """All people in one thread. Each has WINDOW messages on their way; one has arrived when the peer has it."""

    def __init__(self, port, sessions):
        self.port, self.sessions = port, sessions
        self.selector = selectors.EpollSelector()
        self.talkers, self.ready, self.lost_order = [], 0, 0
        self.duplicated = self.errors = 0
        self.running = self.measuring = False
        self.times = []
        self.filler = "".join(chr(ord("a") + i * 7 % 26) for i in range(BODY)).encode()

    def close(self):
        for talker in self.talkers:
            talker.socket.close()
        self.selector.close()

    def sign_in(self):
        end = time.monotonic() + START_SECONDS + self.sessions / 5
        while self.ready < self.sessions:
            while len(self.talkers) < min(self.sessions, self.ready + SIGN_INS_AT_ONCE):
                talker = Talker(len(self.talkers), self.port)
                self.talkers.append(talker)
                self.selector.register(talker.socket, selectors.EVENT_READ, talker)
                self.write(talker, STREAM)
            self.turn(self.greet)
            if time.monotonic() > end:
                raise Failed(f"only {self.ready} of {self.sessions} could sign in")

    def greet(self, talker):
        steps = [b"</stream:features>", b"<success", b"</stream:features>", b"</iq>"]
        if b"<failure" in talker.input:
            raise Failed(f"signing in was refused: {talker.input[-300:]!r}")
        if steps[talker.step] not in talker.input:
            return
        secret = base64.b64encode(f"\0u{talker.index}\0secret".encode())
        answers = [b"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>" + secret + b"</auth>", STREAM, BIND, b""]
        talker.input = b""
        self.write(talker, answers[talker.step])
        talker.step += 1
        self.ready += talker.step == len(steps)

    def talk(self, seconds, warm_up):
        self.running = True
        for talker in self.talkers:
            self.send_more(talker)
        start = time.monotonic() + warm_up
        while time.monotonic() < start:
            self.turn(self.read)
        self.measuring, began = True, time.monotonic()
        while time.monotonic() < began + seconds:
            self.turn(self.read)
        took = time.monotonic() - began
        self.running = self.measuring = False
        end = time.monotonic() + 30
        while any(talker.arrived < talker.sent for talker in self.talkers) and time.monotonic() < end:
            self.turn(self.read)
        lost = sum(talker.sent - talker.arrived for talker in self.talkers)
        times = sorted(self.times)
        rate = len(times) / took
        percent = lambda share: 1000 * times[min(len(times) - 1, int(len(times) * share))] if times else None  # noqa: E731
        return {"messages_per_s": rate, "deliveries_per_s": rate, "p50_ms": percent(0.5), "p99_ms": percent(0.99),
                "p999_ms": percent(0.999), "lost": lost, "duplicated": self.duplicated, "reordered": self.lost_order,
                "errors": self.errors, "sent": sum(talker.sent for talker in self.talkers)}  # fmt: skip

    def turn(self, take):
        for key, events in self.selector.select(0.1):
            talker = key.data
            if events & selectors.EVENT_WRITE:
                self.flush(talker)
            if events & selectors.EVENT_READ:
                with contextlib.suppress(BlockingIOError):
                    data = talker.socket.recv(262144)
                    if not data:
                        raise Failed(f"ejabberd closed a connection: {talker.input[-300:]!r}")
                    talker.input += data
                    take(talker)

    def read(self, talker):
        *messages, talker.input = talker.input.split(END)
        now = time.monotonic()
        for message in messages:
            found = IDENTITY.search(message)
            if not found or b"type='error'" in message:
                self.errors += 1
                continue
            sender, number, sent_ns = self.talkers[int(found[1])], int(found[2]), int(found[3])
            if number < sender.next:
                self.duplicated += 1
                continue
            self.lost_order += number > sender.next
            sender.next = number + 1
            sender.arrived += 1
            if self.measuring:
                self.times.append(now - sent_ns / 1e9)
            self.send_more(sender)

    def send_more(self, talker):
        out = []
        while self.running and talker.sent - talker.arrived < WINDOW:
            identity = b"%d-%d-%d" % (talker.index, talker.sent, time.monotonic_ns())
            out.append(b"<message to='u%d@localhost/r' type='chat' id='%s'><body>%s</body></message>" % (talker.peer, identity, self.filler))
            talker.sent += 1
        if out:
            self.write(talker, b"".join(out))

    def write(self, talker, data):
        talker.output += data
        self.flush(talker)

    def flush(self, talker):
        if talker.output:
            with contextlib.suppress(BlockingIOError):
                talker.output = talker.output[talker.socket.send(talker.output):]
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if talker.output else 0)
        if self.selector.get_key(talker.socket).events != events:
            self.selector.modify(talker.socket, events, talker)
