"""The standard set of load tests: each on a server of its own with an empty directory; prints a table of what
parley-bench found, keeps it in build/bench/results.json, and draws it beside. In the same run the same traffic goes through
a bare publisher, which stores nothing, and through ejabberd. What the figures mean is in docs/performance.md and in
parley-bench --help."""

import argparse
import contextlib
import json
import os
import pathlib
import platform
import subprocess
import sys
import tempfile
import time

import bench_ejabberd
import bench_overload
import bench_report
import bench_store
from bench_servers import RunFailed, bare_publisher, load, parleyd

# name -> what parley-bench is asked; traffic runs for the seconds asked for
RUNS = {
    "direct": ["direct", "--sessions", "1000", "--window", "8"],
    "direct-rate": ["direct", "--sessions", "1000", "--rate", "5000"],
    "overload": ["overload", "--sessions", "1000"],  # at twice what direct has found
    "group": ["group", "--sessions", "1000", "--members", "100", "--window", "8"],
    "mixed": ["mixed", "--sessions", "1000", "--members", "100", "--rate", "1000"],
    "idle": ["idle", "--sessions", "18000"],
    "storm": ["storm", "--sessions", "18000", "--members", "100", "--channels", "20"],
    "storm-fresh": ["storm", "--sessions", "18000", "--members", "100", "--channels", "20", "--fresh-tokens"],
    "sync": ["sync", "--sessions", "1000", "--members", "100", "--channels", "20"],
    "bare-direct": ["publish", "--sessions", "1000", "--members", "2", "--window", "8"],
    "bare-group": ["publish", "--sessions", "1000", "--members", "100", "--window", "8"],
    "ejabberd-direct": ["ejabberd", "--sessions", "1000", "--window", "8"],
}
QUICK = ["direct", "direct-rate", "overload", "group", "mixed", "idle", "storm", "sync", "bare-direct", "bare-group"]
QUICK_SIZE = {"--sessions": "20", "--members": "10", "--rate": "100", "--channels": "3"}
TRAFFIC = ("direct", "group", "mixed", "publish")


def arguments_of(options, name):
    arguments = [*RUNS[name]]
    sizes = dict(QUICK_SIZE) if options.quick else {}
    if options.sessions:
        sizes["--sessions"] = str(options.sessions)
    for flag, value in sizes.items():
        if flag in arguments and not (flag == "--members" and name == "bare-direct"):
            arguments[arguments.index(flag) + 1] = value
    if arguments[0] in TRAFFIC:
        arguments += ["--seconds", f"{options.seconds:g}"]
        if options.quick:
            arguments += ["--warm-up", "0.1"]
    if options.quick and arguments[0] == "idle":
        arguments += ["--seconds", "0"]
    return arguments


def run_one(options, name, earlier):
    """The run as results.json keeps it, with the exit code of parley-bench; None: skipped, and said why. `earlier`: the
    runs before it."""
    arguments = arguments_of(options, name)
    sessions = int(arguments[arguments.index("--sessions") + 1])
    if arguments[0] == "overload":
        capacity = bench_report.value_of({**bench_report.load_results(options.work), **earlier}, "direct", "messages_per_s")
        if capacity is None:
            print(f"{name}: skipped: it takes its rate from the run direct", file=sys.stderr)
            return None
        return bench_overload.run(options, sessions, options.seconds, capacity)
    if arguments[0] == "ejabberd":
        try:
            result = bench_ejabberd.measure(options.work, sessions, options.seconds)
        except bench_ejabberd.Missing as missing:
            print(f"{name}: skipped: {missing}", file=sys.stderr)
            return None
        except bench_ejabberd.Failed as failed:
            raise RunFailed(str(failed)) from None
        good = not any(result[fault] for fault in ("lost", "duplicated", "reordered", "errors"))
        return {"command": "ejabberd with PostgreSQL, driven by tools/build/bench_ejabberd.py", "sessions": sessions,
                "result": result, "status": int(not good)}  # fmt: skip
    start = bare_publisher if arguments[0] == "publish" else parleyd
    with tempfile.TemporaryDirectory(prefix="bench-", dir=options.work) as directory:
        with start(options.bin, pathlib.Path(directory)) as server:
            status, result = load(options.bin, server, arguments)
    return {"command": f"parley-bench {' '.join(arguments)}", "sessions": sessions, "result": result, "status": status}


def machine():
    """One line about what the figures were measured on."""
    model = "unknown processor"
    with contextlib.suppress(OSError):
        for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (f"{os.cpu_count()} cores, {model}, {memory:.0f} GiB, Linux {platform.release()}, "
            f"load {os.getloadavg()[0]:.1f} before the first run")  # fmt: skip


def commit():
    done = subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", type=pathlib.Path, default=pathlib.Path("build/release/bin"))
    parser.add_argument("--work", type=pathlib.Path, default=pathlib.Path("build/bench"),
                        help="where results go, and stores for the time of a run: on a real disk, or fsync means nothing")  # fmt: skip
    parser.add_argument("--seconds", type=float, help="measured time of each run with traffic (default 10)")
    parser.add_argument("--sessions", type=int, help="instead of each run's own number; a multiple of 100")
    parser.add_argument("--quick", action="store_true", help="a few seconds in all, which measures nothing: is all of it sound?")
    parser.add_argument("--store", action="store_true", help="instead of the standard set: fill a store and measure it")
    parser.add_argument("--messages", type=int, default=10_000_000, help="of --store, at the end (default ten million)")
    parser.add_argument("--publish", type=pathlib.Path, metavar="PAGE",
                        help="run nothing: write the last results into PAGE, and plots into a folder beside it")  # fmt: skip
    parser.add_argument("--json", action="store_true", help="print one JSON object, run by run, instead of a table")
    parser.add_argument("runs", nargs="*", metavar="RUN", help=f"of {', '.join(RUNS)}; all when none is named")
    options = parser.parse_args(arguments)
    if unknown := [name for name in options.runs if name not in RUNS]:
        parser.error(f"there is no run {', '.join(unknown)}; there are {', '.join(RUNS)}")
    options.work.mkdir(parents=True, exist_ok=True)
    options.work = options.work.resolve()
    if options.publish:
        bench_report.publish(options.work, options.publish)
        return 0
    options.seconds = options.seconds or (0.3 if options.quick else 10)
    measured = {"machine": machine(), "commit": commit(), "date": time.strftime("%Y-%m-%d", time.gmtime())}
    runs, failed = {}, []
    names = ["store"] if options.store else options.runs or (QUICK if options.quick else list(RUNS))
    for name in names:
        if not options.json:
            print(f"==> {name}", flush=True)
        try:
            found = bench_store.run(options) if name == "store" else run_one(options, name, runs)
        except RunFailed as error:
            print(f"{name}: {error}", file=sys.stderr)
            failed.append(name)
            continue
        if found is None:
            continue
        runs[name] = {**measured, **found}
        if found["status"] != 0:
            failed.append(name)
    if options.json:
        print(json.dumps({"machine": measured["machine"], "runs": {name: run["result"] for name, run in runs.items()}}))
    elif runs:
        print(f"\n{bench_report.table(runs)}\n\n{measured['machine']}")
    if not options.quick and runs:
        report = bench_report.keep(options.work, {name: run for name, run in runs.items() if name not in failed})
        print(f"report: {report}", file=sys.stderr)
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
