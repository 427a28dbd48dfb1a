"""Adds up the JUnit files that a test run left behind: test_summary.py RESULTS CTEST_JUNIT. Says what failed, by name, and
what a run says it left out (its properties "skipped")."""

import pathlib
import sys
import xml.etree.ElementTree as ElementTree


def cases(path):
    for case in ElementTree.parse(path).iter("testcase"):
        failed = case.find("failure") is not None or case.find("error") is not None
        skipped = case.find("skipped") is not None or case.get("status") in ("notrun", "disabled")
        yield f"{case.get('classname')}.{case.get('name')}", "failed" if failed else "skipped" if skipped else "passed"


def left_out(path):
    return [one.get("value") for one in ElementTree.parse(path).iterfind(".//property[@name='skipped']")]


def main(results, ctest_junit):
    partly = []
    found = {"passed": [], "failed": [], "skipped": []}
    for run in ElementTree.parse(ctest_junit).iter("testcase"):
        name = run.get("name")
        inner = pathlib.Path(results) / f"{name}.xml"
        counted = list(cases(inner)) if inner.exists() else []
        partly += [f"{name}: {line}" for line in left_out(inner)] if inner.exists() else []
        for case, outcome in counted:
            found[outcome].append(f"{name}: {case}")
        run_failed = run.get("status") not in ("run", "disabled")
        # An executable that crashed, or that has no cases of its own, counts as one.
        if run_failed and not any(outcome == "failed" for _, outcome in counted):
            found["failed"].append(name)
        elif not counted:
            found["passed"].append(name)
    for line in partly:
        print(f"SKIPPED  {line}")
    for name in found["failed"]:
        print(f"FAILED  {name}")
    skipped = f", {len(found['skipped'])} skipped" if found["skipped"] else ""
    print(f"{len(found['passed'])} passed, {len(found['failed'])} failed{skipped}")
    return 1 if found["failed"] or not found["passed"] else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
