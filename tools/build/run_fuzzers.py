"""Runs each libFuzzer binary of a build for some seconds and stops at the first finding.

It starts from tests/fuzz/corpus, from what earlier runs found, and from what `parley_sim --corpus FOLDER` wrote.
"""

import argparse
import pathlib
import subprocess
import sys


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=pathlib.Path, default=pathlib.Path("build/fuzz"))
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--simulated", type=pathlib.Path, help="FOLDER of parley_sim --corpus FOLDER")
    options = parser.parse_args(arguments)
    fuzzers = sorted(options.build.glob("bin/parley_*_fuzz"))
    if not fuzzers:
        print("there are no fuzzers yet (tests/fuzz/*_fuzz.cpp)", file=sys.stderr)
        return 1
    for number, fuzzer in enumerate(fuzzers, 1):
        name = fuzzer.name.removeprefix("parley_")
        seeds = pathlib.Path("tests/fuzz/corpus") / name
        found = options.build / "corpus" / name
        artifacts = options.build / "findings"
        found.mkdir(parents=True, exist_ok=True)
        artifacts.mkdir(parents=True, exist_ok=True)
        print(f"==> [{number}/{len(fuzzers)}] {name} for {options.seconds} s", flush=True)
        command = [fuzzer, f"-max_total_time={options.seconds}", "-rss_limit_mb=2048", "-timeout=10", "-max_len=65536",
                   "-print_final_stats=1", "-verbosity=0", f"-artifact_prefix={artifacts}/{name}-", found]  # fmt: skip
        for start in [seeds, options.simulated / name] if options.simulated else [seeds]:
            if start.is_dir():
                command.append(start)
        if subprocess.run(command, check=False).returncode != 0:
            print(f"{name} found something. The input is in {artifacts}/; run it again with: {fuzzer} FILE", file=sys.stderr)
            return 1
    print(f"{len(fuzzers)} fuzzers found nothing in {options.seconds} s each")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
