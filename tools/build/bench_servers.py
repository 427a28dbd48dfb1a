"""Servers that `make bench` starts, and parley-bench, which drives them."""

import contextlib
import json
import os
import signal
import subprocess
import time

START_SECONDS = 60
STOP_SECONDS = 60
LOG_LINES = 20


class RunFailed(Exception):
    """Says why there is no figure."""


def tail(path):
    return "\n".join(path.read_text(errors="replace").splitlines()[-LOG_LINES:])


class Server:
    def __init__(self, url, process, started):
        self.url, self.process = url, process
        self.start_seconds = started  # from starting the process to its telling that it listens


@contextlib.contextmanager
def serving(command, directory):
    """A server whose first line names the URL where it listens."""
    out, log = directory / "server.out", directory / "server.log"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PARLEY_")}
    begin = time.monotonic()
    try:
        with open(out, "wb") as out_file, open(log, "wb") as log_file:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out_file, stderr=log_file, env=environment)
    except OSError as error:
        raise RunFailed(str(error)) from None
    try:
        url = wait_for_url(process, out, log)
        yield Server(url, process, time.monotonic() - begin)
        if process.poll() is not None:
            raise RunFailed(f"the server ended with {process.returncode}:\n{tail(log)}")
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def parleyd(binaries, directory):
    """On any free port."""
    return serving([binaries / "parleyd", "--data", directory / "store", "--listen", "127.0.0.1:0", "--password-cost", "minimum"],
                   directory)  # fmt: skip


def bare_publisher(binaries, directory):
    return serving([binaries / "parley-bare-publisher"], directory)


def wait_for_url(process, out, log):
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        for line in out.read_text(errors="replace").splitlines():
            if " listening on " in line:
                return line.split()[3]
        if process.poll() is not None:
            break
        time.sleep(0.002)
    raise RunFailed(f"the server did not start:\n{tail(log)}")


def load(binaries, server, arguments):
    """(exit code, result) of one parley-bench; its progress and complaints go to this process's stderr."""
    done = subprocess.run([binaries / "parley-bench", *arguments, "--server", server.url, "--json", "--progress"],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=False)  # fmt: skip
    if not done.stdout.strip():
        raise RunFailed(f"parley-bench ended with {done.returncode} and no result")
    return done.returncode, json.loads(done.stdout)
