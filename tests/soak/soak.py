"""Soaks the real server: `make soak MINUTES=10 SEED=7`. Exit code 0: every promise was kept; 1: not, or the soak itself broke."""

import argparse
import asyncio
import pathlib
import random
import shutil
import signal
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

import faults  # noqa: E402
from soak_place import move_into_namespaces  # noqa: E402
from soak_run import Options, Run  # noqa: E402


async def until_stopped(run):
    """A signal ends the run in order, so that no server is left."""
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, asyncio.current_task().cancel)
    return await run.run()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=None, help="the same seed makes the same faults in the same order, for as long")
    parser.add_argument("--people", type=int, default=8)
    parser.add_argument("--rate", type=float, default=40, help="actions a second")
    parser.add_argument("--faults", default="", help="names of faults, separated by commas; all where there is none")
    parser.add_argument("--outside", action="store_true", help="use no namespaces, even where they may be had")
    options = parser.parse_args()
    only = tuple(name.strip() for name in options.faults.split(",") if name.strip())
    known = sorted(kind.NAME for kind in faults.ALL)
    if unknown := sorted(set(only) - set(known)):
        parser.error(f"there is no fault {', '.join(unknown)}; there are {', '.join(known)}")
    private = "was not wanted (--outside)" if options.outside else move_into_namespaces()
    seed = random.SystemRandom().randrange(1 << 31) if options.seed is None else options.seed
    folder = pathlib.Path(tempfile.mkdtemp(prefix="parley-soak-"))
    print(f"SEED={seed}, {options.minutes:g} minutes, logs and data in {folder}", flush=True)
    run = Run(Options(folder, seed, 60 * options.minutes, people=options.people, rate=options.rate, only=only, private=private))
    try:
        book = asyncio.run(until_stopped(run))
    except asyncio.CancelledError:
        print(f"\nstopped before its end, SEED={seed}; the log is in {folder}")
        return 1
    if book.violations:
        print(f"\n{len(book.violations)} violations, SEED={seed}; the log of the server is {run.world.log}, its data {folder / 'data'}")
        return 1
    shutil.rmtree(folder)
    print(f"\nnothing was lost, doubled or out of order: {len(book.sends)} sends, SEED={seed}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
