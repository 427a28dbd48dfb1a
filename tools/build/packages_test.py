"""tools/build/packages.txt covers what the tree includes, and the Debian package asks for the same."""

import pathlib
import re
import subprocess
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Those that come with a compiler or the C library, and those the build makes.
GIVEN = re.compile(r"^(sys|netinet|arpa|linux|bits)/|^parley/")


def groups():
    found = {}
    for line in (ROOT / "tools/build/packages.txt").read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            name, group = line.split()
            found.setdefault(group.split("[")[0], set()).add(name)
    return found


def outside_headers():
    """Every header in <…> of ours that neither C++ nor POSIX has, with a file that includes it."""
    found = {}
    for folder in ("server", "tools", "tests"):
        for path in sorted((ROOT / folder).rglob("*.[ch]pp")):
            for header in re.findall(r"^\s*#\s*include\s*<([^>]+)>", path.read_text(), re.M):
                if "/" in header or header.endswith(".h"):
                    found.setdefault(header, path)
    return {header: path for header, path in found.items() if not GIVEN.match(header)}


def owners(paths):
    """The package of each file, as dpkg knows it."""
    shown = subprocess.run(["dpkg", "-S", *paths], capture_output=True, text=True, check=False).stdout
    return {line.split(": ")[1]: line.split(":")[0] for line in shown.splitlines()}


class Packages(unittest.TestCase):
    def test_every_outside_header_is_of_a_package_that_is_named(self):
        headers = outside_headers()
        files = {}
        for header in headers:
            for root in ("/usr/include", "/usr/include/x86_64-linux-gnu", "/usr/include/aarch64-linux-gnu"):
                if (pathlib.Path(root) / header).exists():
                    files[header] = f"{root}/{header}"
        named = groups()["build"]
        package = owners(files.values())
        for header, path in headers.items():
            with self.subTest(header=header, included_by=str(path.relative_to(ROOT))):
                self.assertIn(header, files, "no package that is installed has it")
                self.assertIn(package.get(files[header]), named | {"libc6-dev", "linux-libc-dev", "libcrypt-dev"})

    def test_the_debian_package_asks_for_what_the_build_needs(self):
        control = (ROOT / "debian/control").read_text()
        asked = control.split("Build-Depends:")[1].split("\nStandards-Version")[0]
        self.assertEqual({name for name in re.findall(r"^ ([\w.+-]+)", asked, re.M)} - {"debhelper-compat"}, groups()["build"])

    def test_the_debian_package_has_the_version_of_the_build(self):
        cmake = re.search(r"project\(parley VERSION ([\d.]+)", (ROOT / "CMakeLists.txt").read_text())[1]
        self.assertTrue((ROOT / "debian/changelog").read_text().startswith(f"parley ({cmake}) "))


if __name__ == "__main__":
    unittest.main()
