"""The command line: lies to a server that is there, or to one of its own."""

import argparse
import random
import sys

from hostile.families import FAMILIES, lie


def main():
    parser = argparse.ArgumentParser(prog="python3 -m hostile", description="Lies to a Parley server over its whole contract.")
    parser.add_argument("--server", metavar="URL", help="a server of one's own; without it one is started and watched more closely")
    parser.add_argument("--family", action="append", choices=sorted(FAMILIES), help="only this family of lies; may be repeated")
    parser.add_argument("--only", default="*", metavar="PATTERN", help="only cases whose name fits, such as '*/post/*'")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    parser.add_argument("-v", "--verbose", action="store_true", help="print the name of every case")
    arguments = parser.parse_args()
    return 0 if lie(arguments).summary() else 1


if __name__ == "__main__":
    sys.exit(main())
