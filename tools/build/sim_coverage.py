"""Which lines of the server and of the client core the simulator reaches.

    sim_coverage.py [--build build/coverage] [--runs 300] [--real 30] [--jobs 2] [--lowest 15] [--lines FILE...]

Runs the simulator of the preset `coverage`, seeds 1 to `runs` over the model store and 1 to `real` over the real one,
and prints for each folder how many of its lines were reached, the files with the lowest share, and files that the
simulator does not even contain. --lines prints the lines of a file that nobody reached. Exit code 1 when a seed breaks
a promise or a folder is below the goal.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys

FOLDERS = ["server/chat", "server/wire", "server/client", "server/node"]
GOAL = 90


def is_counted(path):
    return not path.endswith(("_test.cpp", "_for_test.hpp", "_for_test.cpp"))


def counts_of(exported, root):
    """{file: (reached, lines)} of the files in FOLDERS, from what llvm-cov exports."""
    found = {}
    for one in exported["data"][0]["files"]:
        path = os.path.relpath(one["filename"], root)
        if is_counted(path) and any(path.startswith(folder + "/") for folder in FOLDERS):
            lines = one["summary"]["lines"]
            found[path] = (lines["covered"], lines["count"])
    return found


def share(reached, lines):
    return 100 * reached / lines if lines else 100.0


def folder_rows(counts):
    """(folder, reached, lines) of each folder."""
    rows = []
    for folder in FOLDERS:
        own = [count for path, count in counts.items() if path.startswith(folder + "/")]
        rows.append((folder, sum(one[0] for one in own), sum(one[1] for one in own)))
    return rows


def not_contained(counts, sources):
    """Sources that have code and stand in no count: the simulator is linked without them."""
    return sorted(path for path in sources if is_counted(path) and path not in counts)


def unreached(exported, root, path):
    """The numbers of the lines of `path` that begin a region nobody reached."""
    for one in exported["data"][0]["files"]:
        if os.path.relpath(one["filename"], root) == path:
            return sorted({segment[0] for segment in one["segments"] if segment[3] and segment[2] == 0 and not segment[5]})
    return []


def run(words, **more):
    return subprocess.run([str(word) for word in words], check=False, text=True, **more)


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=pathlib.Path("build/coverage"))
    parser.add_argument("--runs", type=int, default=300)
    parser.add_argument("--real", type=int, default=30, help="seeds over the real store")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--lowest", type=int, default=15, help="how many files to name")
    parser.add_argument("--lines", nargs="+", default=[], metavar="FILE")
    options = parser.parse_args(arguments)
    simulator = options.build / "bin/parley_sim"
    merged = options.build / "sim.profdata"
    counted = []
    broken = False
    for tier, runs in ((1, options.runs), (2, options.real)):
        if runs == 0:
            continue
        print(f"==> {runs} runs of tier {tier}", flush=True)
        # A process begins its file anew, so each has its own; the runs, which it forks, share it.
        raw = options.build / f"sim_{tier}.profraw"
        counted.append(raw)
        environment = os.environ | {"LLVM_PROFILE_FILE": f"{raw}%c"}
        done = run([simulator, "--tier", tier, "--jobs", options.jobs, 1, runs], env=environment, stdout=subprocess.PIPE)
        if done.returncode:
            broken = True
            print("\n".join(line for line in done.stdout.splitlines() if "BROKEN" in line))
    if run(["llvm-profdata-19", "merge", "-sparse", *counted, "-o", merged]).returncode:
        return 1
    exported = run(["llvm-cov-19", "export", f"-instr-profile={merged}", simulator], stdout=subprocess.PIPE)
    if exported.returncode:
        return 1
    data, root = json.loads(exported.stdout), pathlib.Path.cwd()
    counts = counts_of(data, root)

    rows = folder_rows(counts)
    for name, reached, lines in rows:
        print(f"{name:16} {reached:6} of {lines:6} lines  {share(reached, lines):5.1f} %")
    print(f"\nThe lowest {options.lowest}:")
    for path in sorted(counts, key=lambda path: share(*counts[path]))[: options.lowest]:
        reached, lines = counts[path]
        print(f"{share(reached, lines):5.1f} %  {lines - reached:4} lines not reached  {path}")
    sources = [str(path) for folder in FOLDERS for path in pathlib.Path(folder).rglob("*.cpp")]
    if missing := not_contained(counts, sources):
        print(f"\nNot in the simulator: {', '.join(missing)}")
    for path in options.lines:
        print(f"\n{path}, lines that nobody reached:")
        text = pathlib.Path(path).read_text().splitlines()
        for number in unreached(data, root, path):
            print(f"{number:5}  {text[number - 1]}")
    low = [name for name, reached, lines in rows if share(reached, lines) < GOAL]
    if low:
        print(f"\nBelow the goal of {GOAL} %: {', '.join(low)}")
    return 1 if broken or low else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
