"""The standard set of load tests: starts a server of its own on an empty directory, runs parley-bench, prints a table."""

import argparse
import json
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

RUNS = {
    "direct": ["direct", "--sessions", "1000", "--window", "8"],
    "group": ["group", "--sessions", "1000", "--members", "100", "--window", "8"],
    "idle": ["idle", "--sessions", "10000"],
    "storm": ["storm", "--sessions", "1000"],
}
COLUMNS = ["messages_per_s", "deliveries_per_s", "sessions_per_s", "p50_ms", "p99_ms", "p999_ms", "lost", "duplicated",
           "reordered", "errors", "server_rss_bytes", "bytes_per_session"]  # fmt: skip


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_until_ready(server, url):
    for _ in range(200):
        if server.poll() is not None:
            sys.exit(f"parleyd ended with {server.returncode} before it was ready")
        try:
            urllib.request.urlopen(f"{url}/readyz", timeout=1).close()
            return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.05)
    sys.exit("parleyd was not ready within 10 s")


def run_one(binaries, name, seconds):
    with tempfile.TemporaryDirectory() as data, open(pathlib.Path(data) / "server.log", "wb") as log:
        listen = f"127.0.0.1:{free_port()}"
        server = subprocess.Popen(
            [binaries / "parleyd", "--data", f"{data}/store", "--listen", listen, "--password-cost", "minimum"],
            stderr=log, stdout=log)  # fmt: skip
        try:
            wait_until_ready(server, f"http://{listen}")
            bench = subprocess.run(
                [binaries / "parley-bench", *RUNS[name], "--server", f"http://{listen}", "--seconds", str(seconds), "--json"],
                stdout=subprocess.PIPE, text=True, check=False)  # fmt: skip
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(timeout=30)
    lines = [line for line in bench.stdout.splitlines() if line.startswith("{")]
    return bench.returncode, json.loads(lines[-1]) if lines else {}


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", type=pathlib.Path, default=pathlib.Path("build/release/bin"))
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("runs", nargs="*", help=f"of {', '.join(RUNS)}; all when none is named")
    options = parser.parse_args(arguments)
    results, failed = {}, []
    for name in options.runs or RUNS:
        print(f"==> {' '.join(RUNS[name])} for {options.seconds} s", flush=True)
        status, results[name] = run_one(options.bin, name, options.seconds)
        if status != 0:
            failed.append(name)
    width = max(len(column) for column in COLUMNS)
    print(f"{'':{width}}" + "".join(f"{name:>14}" for name in results))
    for column in COLUMNS:
        cells = [result.get(column) for result in results.values()]
        shown = ["" if cell is None else f"{cell:,.1f}" if isinstance(cell, float) else f"{cell:,}" for cell in cells]
        print(f"{column:{width}}" + "".join(f"{text:>14}" for text in shown))
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
