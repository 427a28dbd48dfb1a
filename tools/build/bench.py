"""The standard set of load tests: each on a server of its own with an empty directory; prints a table of what
parley-bench found. What the figures mean is in docs/performance.md and in parley-bench --help."""

import argparse
import contextlib
import json
import os
import pathlib
import platform
import signal
import subprocess
import sys
import tempfile
import time

# name -> what parley-bench is asked; traffic runs for the seconds asked for
RUNS = {
    "direct": ["direct", "--sessions", "1000", "--window", "8"],
    "direct-rate": ["direct", "--sessions", "1000", "--rate", "5000"],
    "group": ["group", "--sessions", "1000", "--members", "100", "--window", "8"],
    "idle": ["idle", "--sessions", "18000"],
    "storm": ["storm", "--sessions", "18000", "--channels", "20"],
    "storm-fresh": ["storm", "--sessions", "18000", "--channels", "20", "--fresh-tokens"],
}
TRAFFIC = ("direct", "group")
COLUMNS = ["messages_per_s", "deliveries_per_s", "sessions_per_s", "p50_ms", "p99_ms", "p999_ms", "lost", "duplicated",
           "reordered", "errors", "server_rss_bytes", "bytes_per_session"]  # fmt: skip
START_SECONDS = 30
STOP_SECONDS = 30
LOG_LINES = 20
WHOLE_FROM = 1000  # larger figures are shown without decimals


class RunFailed(Exception):
    """Says why there is no figure."""


def tail(path):
    return "\n".join(path.read_text(errors="replace").splitlines()[-LOG_LINES:])


@contextlib.contextmanager
def server(binary, directory):
    """A parleyd on any free port; its URL."""
    out, log = directory / "server.out", directory / "server.log"
    command = [binary, "--data", directory / "store", "--listen", "127.0.0.1:0", "--password-cost", "minimum"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PARLEY_")}
    with open(out, "wb") as out_file, open(log, "wb") as log_file:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out_file, stderr=log_file, env=environment)
    try:
        yield wait_for_url(process, out, log)
        if process.poll() is not None:
            raise RunFailed(f"parleyd ended with {process.returncode}:\n{tail(log)}")
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def wait_for_url(process, out, log):
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        for line in out.read_text(errors="replace").splitlines():
            if line.startswith("parleyd listening on "):
                return line.split()[3]
        if process.poll() is not None:
            break
        time.sleep(0.02)
    raise RunFailed(f"parleyd did not start:\n{tail(log)}")


def run_one(options, name):
    arguments = [*RUNS[name]]
    if arguments[0] in TRAFFIC:
        arguments += ["--seconds", str(options.seconds)]
    if options.sessions:
        arguments[arguments.index("--sessions") + 1] = str(options.sessions)
    if not options.json:
        print(f"==> parley-bench {' '.join(arguments)}", flush=True)
    options.work.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=options.work) as directory:
        with server(options.bin / "parleyd", pathlib.Path(directory)) as url:
            done = subprocess.run([options.bin / "parley-bench", *arguments, "--server", url, "--json"],
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=False)  # fmt: skip
            if not done.stdout.strip():
                raise RunFailed(f"parley-bench ended with {done.returncode} and no result")
            return done.returncode, json.loads(done.stdout)


def cell(value):
    if value is None:
        return ""
    if isinstance(value, float) and value < WHOLE_FROM:
        return f"{value:,.2f}"
    return f"{value:,.0f}"


def table(results):
    first = max(len(column) for column in COLUMNS)
    lines = [f"{'':{first}}" + "".join(f"{name:>14}" for name in results)]
    for column in COLUMNS:
        lines.append(f"{column:{first}}" + "".join(f"{cell(result.get(column)):>14}" for result in results.values()))
    return "\n".join(lines)


def machine():
    """One line about what the figures were measured on."""
    model = "unknown processor"
    with contextlib.suppress(OSError):
        for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    load = os.getloadavg()[0]
    return f"{os.cpu_count()} cores, {model}, Linux {platform.release()}, load {load:.1f} before the first run"


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", type=pathlib.Path, default=pathlib.Path("build/release/bin"))
    parser.add_argument("--work", type=pathlib.Path, default=pathlib.Path("build/bench"),
                        help="where stores are made for the time of a run: on a real disk, or fsync means nothing")  # fmt: skip
    parser.add_argument("--seconds", type=float, default=10, help="measured time of direct and group")
    parser.add_argument("--sessions", type=int, help="instead of each run's own number; a multiple of 100")
    parser.add_argument("--json", action="store_true", help="print one JSON object, run by run, instead of a table")
    parser.add_argument("runs", nargs="*", metavar="RUN", help=f"of {', '.join(RUNS)}; all when none is named")
    options = parser.parse_args(arguments)
    if unknown := [name for name in options.runs if name not in RUNS]:
        parser.error(f"there is no run {', '.join(unknown)}; there are {', '.join(RUNS)}")
    measured_on = machine()
    results, failed = {}, []
    for name in options.runs or RUNS:
        try:
            status, results[name] = run_one(options, name)
        except RunFailed as error:
            print(f"{name}: {error}", file=sys.stderr)
            status = 1
        if status != 0:
            failed.append(name)
    if options.json:
        print(json.dumps({"machine": measured_on, "runs": results}))
    else:
        print(f"\n{table(results)}\n\n{measured_on}")
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
