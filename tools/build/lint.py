"""Format and clang-tidy over the C++ of the tree; what was clean before and has not changed is skipped.

    lint.py [--build build/release] [--jobs 2] [--fix] [PATH...]     PATH: only files below it

A file counts as unchanged when it, every header of ours that it includes (through others too), .clang-tidy, the
compiler's flags and the tool's version are. Verdicts are kept in <build>/../lint-cache. Tests are formatted but not
tidied: they are compiled with the same warnings, and GoogleTest's macros would drown what is worth reading.
"""

import argparse
import concurrent.futures
import functools
import hashlib
import json
import pathlib
import re
import shlex
import subprocess
import sys
import time

TIDY = "clang-tidy-19"
FORMAT = "clang-format-19"
INCLUDE = re.compile(rb'^\s*#\s*include\s*"([^"]+)"', re.M)
FOLDERS = ["server", "tools", "tests"]


def sources():
    return [path for top in FOLDERS for path in sorted(pathlib.Path(top).rglob("*.[ch]pp")) if "node_modules" not in path.parts]


def format_files(files, fix):
    mode = ["-i"] if fix else ["--dry-run", "-Werror"]
    failed = False
    for start in range(0, len(files), 50):
        failed |= subprocess.run([FORMAT, *mode, *files[start : start + 50]], check=False).returncode != 0
    return not failed


class Fingerprints:
    def __init__(self, build):
        self.roots = [pathlib.Path("server"), pathlib.Path("tools"), pathlib.Path("tests"), build / "gen"]
        self.closures = {}

    @functools.lru_cache(maxsize=None)
    def includes(self, path):
        text = path.read_bytes()
        found = []
        for name in INCLUDE.findall(text):
            for root in [path.parent, *self.roots]:
                candidate = root / name.decode()
                if candidate.exists():
                    found.append(candidate)
                    break
        return hashlib.sha256(text).digest(), tuple(found)

    def of(self, path):
        seen, queue = set(), [path]
        while queue:
            current = queue.pop()
            if current not in seen:
                seen.add(current)
                queue += self.includes(current)[1]
        digest = hashlib.sha256()
        for part in sorted(seen):
            digest.update(str(part).encode() + b"\0" + self.includes(part)[0])
        return digest.hexdigest()


def flags_of(build):
    """The compiler's flags per file, without the precompiled header: reading all of it costs more than what is used of
    it, and this way a file that does not include what it uses is found."""
    pch = re.compile(r" -Winvalid-pch| -Xclang -include(-pch)? -Xclang \S+| -Xclang -fno-pch-timestamp")
    output = re.compile(r" -MD| -M[TF] \S+| -o \S+| -c \S+")
    flags = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        command = entry["command"]
        compiler = re.search(r"clang\+\+\S* ", command)
        flags[pathlib.Path(entry["file"]).resolve()] = output.sub("", pch.sub("", command[compiler.end() :]))
    return flags


def tidy(path, flags):
    run = subprocess.run(
        [TIDY, "--quiet", str(path), "--", *shlex.split(flags)], capture_output=True, text=True, check=False
    )  # fmt: skip
    noise = re.compile(r"^\d+ warnings? (generated|treated)|^Suppressed|^Use -header-filter|^\s*$")
    lines = [line for line in (run.stdout + run.stderr).splitlines() if not noise.match(line)]
    return run.returncode == 0, "\n".join(lines)


def tidy_files(files, build, jobs):
    version = subprocess.run([TIDY, "--version"], capture_output=True, text=True, check=True).stdout
    rules = pathlib.Path(".clang-tidy").read_text() + version
    flags = flags_of(build)
    fingerprints = Fingerprints(build)
    cache = build.parent / "lint-cache"
    cache.mkdir(parents=True, exist_ok=True)
    todo, good = [], True
    for path in files:
        own = flags.get(path.resolve())
        if own is None:
            print(f"lint: {path} is not part of the build; run 'make build' first", file=sys.stderr)
            good = False
            continue
        mark = cache / hashlib.sha256("\0".join([rules, own, str(path), fingerprints.of(path)]).encode()).hexdigest()
        if not mark.exists():
            todo.append((path, own, mark))
    print(f"lint: clang-tidy on {len(todo)} of {len(files)} files, the others have not changed", flush=True)
    done, started, problems = 0, time.monotonic(), []
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        runs = {pool.submit(tidy, path, own): (path, mark) for path, own, mark in todo}
        for run in concurrent.futures.as_completed(runs):
            path, mark = runs[run]
            clean, text = run.result()
            done += 1
            if clean:
                mark.touch()
            else:
                good = False
                problems.append(text)
            print(f"lint: [{done}/{len(todo)} {time.monotonic() - started:.0f} s] {path} {'ok' if clean else 'FAILED'}", flush=True)
    print("\n".join(problems), end="\n" if problems else "", flush=True)
    return good


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=pathlib.Path("build/release"))
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--fix", action="store_true", help="format in place, and nothing else")
    parser.add_argument("paths", nargs="*", type=pathlib.Path)
    options = parser.parse_args(arguments)
    files = [path for path in sources() if not options.paths or any(path.is_relative_to(top) for top in options.paths)]
    formatted = format_files(files, options.fix)
    if formatted:
        print(f"lint: format of {len(files)} files is right")
    else:
        print("lint: the format differs; run 'make format'", file=sys.stderr)
    if options.fix or not formatted:
        return 0 if formatted else 1
    tidied = [path for path in files if path.suffix == ".cpp" and path.parts[0] != "tests" and not path.name.endswith("_test.cpp")]
    if not tidy_files(tidied, options.build, options.jobs):
        print("lint: clang-tidy found problems, see above; a false alarm is silenced with NOLINT(check): why", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
