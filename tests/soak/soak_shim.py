"""soak_shim.c, compiled, and the page that tells it what fails."""

import mmap
import pathlib
import shutil
import struct
import subprocess

from e2e_server import SANITIZED

FIELDS = ("sync_fails", "sync_ms", "disk_left", "clock_s", "log_lies")  # as in struct Faults


def why_not():
    """The reason why there can be no fault library, or None."""
    if SANITIZED:
        return "a sanitizer has to be the first library of a process"
    if not compiler():
        return "needs a C compiler"
    return None


def compiler():
    return shutil.which("cc") or shutil.which("clang-19")


class Shim:
    """`shim.set(sync_fails=1)` takes effect at once, in a server that runs and in those that are started later."""

    def __init__(self, folder):
        self.library, page = folder / "soak_shim.so", folder / "faults"
        source = pathlib.Path(__file__).with_suffix(".c")
        subprocess.run([compiler(), "-std=gnu11", "-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", str(self.library), str(source),
                        "-ldl", "-lpthread"], check=True)
        page.write_bytes(bytes(mmap.PAGESIZE))
        with open(page, "r+b") as file:
            self._page = mmap.mmap(file.fileno(), mmap.PAGESIZE)
        self.environment = {"LD_PRELOAD": str(self.library), "SOAK_FAULTS": str(page)}

    def set(self, **values):
        for name, value in values.items():
            struct.pack_into("i", self._page, 4 * FIELDS.index(name), value)
