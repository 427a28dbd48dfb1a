"""What a run may do on this machine: namespaces of its own, a small disk in them, and packets that are lost."""

import os
import pathlib
import shutil
import subprocess
import sys

INSIDE = "SOAK_INSIDE"  # set in the process that runs in namespaces of its own; its value says how they were made
DISK_MIB = 700
MIB = 1 << 20


def run(*command):
    """What was wrong, or None."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError as error:
        return str(error)
    return (done.stderr.strip() or f"{command[0]} ended with {done.returncode}") if done.returncode else None


def move_into_namespaces():
    """Starts this program again in a network and a mount namespace, where this user may make them. Nothing outside is touched, and all of
    it goes with the process. Returns where that is done already, or cannot be; the reason, or None."""
    if INSIDE in os.environ:
        return None
    if not shutil.which("ip"):
        return "needs ip (iproute2)"
    why = "needs unshare (util-linux)"
    for how in (["--net", "--mount"], ["--user", "--map-root-user", "--net", "--mount"]):
        if (why := run("unshare", *how, "true")) is None:
            os.execvpe("unshare", ["unshare", *how, sys.executable, *sys.orig_argv[1:]], {**os.environ, INSIDE: " ".join(how)})
    return f"needs the right to make namespaces: {why}"


class Network:
    """The loopback interface of a namespace of our own: all that passes between clients and server, and nothing else."""

    def __init__(self):
        self.up(True)
        why = run("tc", "qdisc", "replace", "dev", "lo", "root", "netem", "delay", "0ms")
        self.netem = why is None
        self.unshape()
        self.no_netem = None if self.netem else f"tc: {why.splitlines()[-1]}"
        self.no_loss = None if self.netem else self._try_loss()

    def _try_loss(self):
        if not shutil.which("nft"):
            return "needs nft (nftables)"
        return self._nft("add table inet soak; add chain inet soak input { type filter hook input priority 0; }")

    @staticmethod
    def _nft(*lines):
        return run("nft", " ".join(lines))

    def up(self, on):
        why = run("ip", "link", "set", "lo", "up" if on else "down")
        assert why is None, why

    def shape(self, how):
        why = run("tc", "qdisc", "replace", "dev", "lo", "root", "netem", *how.split())
        assert why is None, why

    def unshape(self):
        run("tc", "qdisc", "del", "dev", "lo", "root")

    def lose(self, share):
        """This share of all packets; 0: none."""
        if self.netem:
            self.shape(f"loss {share * 100:.1f}%") if share else self.unshape()
            return
        rule = f"add rule inet soak input numgen random mod 1000 < {share * 1000:.0f} drop"
        why = self._nft("flush chain inet soak input;", rule if share else "")
        assert why is None, why


class SmallDisk:
    """A file system of DISK_MIB in a file (as root) or in memory, mounted in our namespace."""

    def __init__(self, folder):
        self.path, self.ballast = folder / "disk", folder / "disk" / "ballast"
        self.path.mkdir()
        image = folder / "disk.image"
        with open(image, "wb") as file:
            file.truncate(DISK_MIB * MIB)
        self.no_image = run("mkfs.ext4", "-q", "-F", "-m", "0", str(image)) or run("mount", "-o", "loop", str(image), str(self.path))
        if self.no_image is not None:
            image.unlink()
            why = run("mount", "-t", "tmpfs", "-o", f"size={DISK_MIB}m", "parley-soak", str(self.path))
            if why is not None:
                raise OSError(why)

    def free(self):
        at = os.statvfs(self.path)
        return at.f_bavail * at.f_frsize

    def leave(self, room):
        """Takes up room until so many bytes are left."""
        with open(self.ballast, "ab") as file:
            while (much := self.free() - room) > 0:
                more = 16 * MIB if much > 16 * MIB else max(4096, much // 2)
                try:
                    os.posix_fallocate(file.fileno(), file.seek(0, os.SEEK_END), more)
                except OSError:
                    return

    def make_room(self):
        self.ballast.unlink()

    def close(self):
        run("umount", str(self.path))
        pathlib.Path(self.path.parent / "disk.image").unlink(missing_ok=True)
