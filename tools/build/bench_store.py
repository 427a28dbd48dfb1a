"""The channel store with many messages: what one costs with so many stored, pages of history, start, size."""

import os
import pathlib
import subprocess
import tempfile

from bench_servers import RunFailed, load, parleyd

BODY = 200
STEPS = (100, 10, 1)  # parts of the final number, after which the cost of a message is measured
PROBE_PART = 2  # of what is stored is written on top to measure it: fewer, and one compaction more or less decides
WRITERS = 200
READS = 2000


def size_of(directory):
    return sum(path.stat().st_size for path in directory.rglob("*") if path.is_file())


def drop_page_cache(directory):
    for path in directory.rglob("*"):
        if path.is_file():
            descriptor = os.open(path, os.O_RDONLY)
            try:
                os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
            finally:
                os.close(descriptor)


def run(options):
    """Fills a store in steps through the protocol. After each, as many messages by newcomers tell what one costs the
    server then, compaction included; after the last, pages are read from warm and cold page cache."""
    found, costs, stored = {}, [], 0
    with tempfile.TemporaryDirectory(prefix="store-", dir=options.work) as name:
        directory = pathlib.Path(name)
        store = directory / "store"

        def write(messages, *more):
            command = ["history", "--sessions", str(WRITERS), "--messages", str(messages), "--body", str(BODY),
                       "--reads", str(READS), *more]  # fmt: skip
            status, result = load(options.bin, server, command)
            if status != 0:
                raise RunFailed(f"writing {messages} after {stored}: the checks failed")
            return result

        with parleyd(options.bin, directory) as server:
            for part in STEPS:
                goal = max(options.messages // part, WRITERS)
                pages = write(goal - stored, *(["--cold", str(store)] if part == 1 else []))
                stored = goal
                probe = max(goal // PROBE_PART, WRITERS)
                cost = write(probe, "--per-channel", "100")
                costs.append({"stored": stored, "messages_per_s": cost["messages_per_s"], "page_p99_ms": pages["p99_ms"],
                              "server_cpu_us_per_message": cost["server_cpu_us_per_message"]})  # fmt: skip
                stored += probe
            found.update({key: pages[key] for key in ("messages_per_s", "p50_ms", "p99_ms", "p999_ms", "cold_p50_ms",
                                                      "cold_p99_ms", "distribution", "server_rss_bytes", "lost",
                                                      "duplicated", "reordered", "errors")})  # fmt: skip
        drop_page_cache(store)
        found["start_s"] = start_of(options, directory)  # with the log to replay, and everything from the disk
        found["start_again_s"] = start_of(options, directory)
        found["store_bytes"] = size_of(store / "channels")
        found["people_bytes"] = size_of(store) - found["store_bytes"]
        done = subprocess.run([options.bin / "parleyd", "--compact", store], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RunFailed(done.stderr)
        found["compacted_bytes"] = size_of(store / "channels")
        found["bytes_per_body_byte"] = found["compacted_bytes"] / (stored * BODY)
    found.update(messages=stored, costs=costs)
    return {"command": "make bench-store", "sessions": WRITERS, "result": found, "status": 0}


def start_of(options, directory):
    with parleyd(options.bin, directory) as server:
        return server.start_seconds
