"""Puts the Debian package through its life in a Debian 12 of its own: make deb-test. As root; half a minute after the first.

A plain system is made with debootstrap (once; kept in build/deb-test). The package is installed, used and purged in it
without systemd, as in a container image; then the system is booted in a namespace, and the package is installed, restarted
under load, upgraded to a version with another configuration file, broken, removed, installed again and purged. The network
of that system is its own, so that nothing here can disturb or be disturbed.
"""

import contextlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
WORK = ROOT / "build" / "deb-test"
SYSTEM = WORK / "system"
CONFIG = "/etc/parley/parley.toml"
DEADLINE = 60
CLEAN = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "DEBIAN_FRONTEND": "noninteractive", "LANG": "C.UTF-8"}
APT = ["apt-get", "-q", "-y", "--no-install-recommends", "--allow-downgrades"]
# Asks /healthz on one connection after the other until standard input closes; says each time what has come of all so far.
ASKER = """
import socket, sys, select, json
seen = {"answered": 0, "cut": 0, "refused": 0}
while not select.select([sys.stdin], [], [], 0)[0]:
    try:
        with socket.create_connection(("127.0.0.1", 8080), 30) as one:
            one.sendall(b"GET /healthz HTTP/1.0\\r\\n\\r\\n")
            seen["answered" if b" 200 " in one.recv(4096) else "cut"] += 1
    except ConnectionRefusedError:
        seen["refused"] += 1
    except OSError:
        seen["cut"] += 1
    print(json.dumps(seen), flush=True)
"""


def say(text):
    print(f"deb-test: {text}", flush=True)


def check(good, what):
    if not good:
        raise SystemExit(f"deb-test: FAILED: {what}")
    say(f"ok: {what}")


def wait_until(condition, what):
    end = time.monotonic() + DEADLINE
    while not condition():
        if time.monotonic() > end:
            raise SystemExit(f"deb-test: FAILED: not within {DEADLINE} s: {what}")
        time.sleep(0.05)


def run(*command, may_fail=False, **options):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          env=options.pop("env", CLEAN), check=False, **options)  # fmt: skip
    # systemd-nspawn's word about its own folder, on a machine that systemd does not run.
    done.stdout = "".join(line for line in done.stdout.splitlines(True) if "/run/systemd/nspawn/" not in line)
    if done.returncode and not may_fail:
        raise SystemExit(f"deb-test: FAILED: {' '.join(map(str, command))}\n{done.stdout}")
    return done


# ---- the system ------------------------------------------------------------------------------------------------------


def make_system():
    base = WORK / "base.tar"
    if not base.exists():
        say("making a plain Debian 12 (once)")
        shutil.rmtree(SYSTEM, ignore_errors=True)
        run("debootstrap", "--variant=minbase", "--include=systemd,systemd-sysv,dbus", "bookworm", str(SYSTEM), env=os.environ)
        run("tar", "-C", str(SYSTEM), "-cf", f"{base}.part", ".")
        os.rename(f"{base}.part", base)
    shutil.rmtree(SYSTEM, ignore_errors=True)
    SYSTEM.mkdir(parents=True)
    run("tar", "-C", str(SYSTEM), "-xpf", str(base))
    # It takes its packages from where this machine does.
    (SYSTEM / "etc/apt/sources.list").unlink(missing_ok=True)
    for source in [pathlib.Path("/etc/apt/sources.list"), *pathlib.Path("/etc/apt/sources.list.d").glob("debian.*")]:
        if source.exists():
            shutil.copy(source, SYSTEM / source.relative_to("/"))
    acquire = run("apt-config", "dump", "--no-empty", "Acquire").stdout
    (SYSTEM / "etc/apt/apt.conf.d/90host").write_text(acquire)
    for file in ("resolv.conf", "hosts"):
        shutil.copy(f"/etc/{file}", SYSTEM / "etc" / file)


NSPAWN = ["systemd-nspawn", "--quiet", f"--directory={SYSTEM}", "--register=no", "--keep-unit"]


def alone(*command, **options):
    """As the only process of the system, with the network of this machine."""
    environment = [f"--setenv={name}={value}" for name, value in CLEAN.items()]
    return run(*NSPAWN, "--pipe", "--as-pid2", "--resolv-conf=off", *environment, *command, **options)


class Booted:
    """The system with systemd as its first process, and a network of its own."""

    def __enter__(self):
        self.log = (WORK / "boot.log").open("w")
        self.process = subprocess.Popen([*NSPAWN, "--private-network", "--boot"], stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, env=CLEAN)
        wait_until(lambda: self.process.poll() is not None or self._find(), "the system boots")
        if self.process.poll() is not None:
            raise SystemExit(f"deb-test: systemd-nspawn cannot boot here: {(WORK / 'boot.log').read_text()}")
        wait_until(lambda: self("systemctl", "is-system-running", may_fail=True).stdout.strip() in ("running", "degraded"), "boot")
        return self

    def _find(self):
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        self.init = children[0] if children else None
        return self.init

    def __call__(self, *command, **options):
        return run("nsenter", "-t", self.init, "-a", *command, **options)

    def __exit__(self, *_):
        self("systemctl", "poweroff", may_fail=True)
        try:
            self.process.wait(DEADLINE)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.log.close()

    def show(self, what, unit="parleyd.service"):
        return self("systemctl", "show", "--value", "-p", what, unit).stdout.strip()

    def answers(self):
        return self("bash", "-c", 'exec 3<>/dev/tcp/127.0.0.1/8080; printf "GET /readyz HTTP/1.0\\r\\n\\r\\n" >&3; head -1 <&3',
                    may_fail=True).stdout.startswith("HTTP/1.1 200")  # fmt: skip

    def page(self):
        """What a browser gets at the front door."""
        return self("bash", "-c", 'exec 3<>/dev/tcp/127.0.0.1/8080; printf "GET / HTTP/1.0\\r\\nAccept: text/html\\r\\n\\r\\n" >&3; cat <&3',
                    may_fail=True).stdout  # fmt: skip

    def client(self, *arguments, may_fail=False):
        return self("env", "PARLEY_PASSWORD=correct horse battery", "parley", *arguments, may_fail=may_fail)

    @contextlib.contextmanager
    def asked_all_the_while(self, what):
        """Connections one after the other; none may be refused."""
        log = WORK / "asked.log"
        command = ["nsenter", "-t", self.init, "-n", sys.executable, "-c", ASKER]
        with log.open("w") as told, subprocess.Popen(command, stdin=subprocess.PIPE, stdout=told) as asker:

            def asked():
                return log.read_text().count("}")

            wait_until(lambda: asked() > 10, "answers")
            yield
            before = asked()
            wait_until(lambda: asked() > before + 10, "answers afterwards")
            asker.stdin.close()
        seen = json.loads(log.read_text().splitlines()[-1])
        check(seen["refused"] == 0 and seen["answered"] > 15, f"{what}: no connection was refused {seen}")


# ---- packages --------------------------------------------------------------------------------------------------------


def newer(package):
    """The same with a higher version and another configuration file."""
    tree = WORK / "newer"
    shutil.rmtree(tree, ignore_errors=True)
    run("dpkg-deb", "-R", str(package), str(tree))
    control = tree / "DEBIAN/control"
    version = re.search(r"^Version: (.*)$", control.read_text(), re.M)[1] + "+newer"
    control.write_text(re.sub(r"^Version: .*$", f"Version: {version}", control.read_text(), flags=re.M))
    config = tree / CONFIG[1:]
    config.write_text(config.read_text() + "\n# New in this version.\n")
    sums = tree / "DEBIAN/md5sums"
    sums.unlink()
    run("dpkg-deb", "-b", str(tree), str(WORK / "newer.deb"))
    return version


def left_behind(show):
    """Every path with the name in it, but for what the package tools keep of any package."""
    found = show("find", "/", "-xdev", "-name", "*parley*", "-not", "-path", "/proc/*", "-not", "-path", "/root/*",
                 "-not", "-path", "/var/cache/*", "-not", "-path", "/sys/*").stdout.split()  # fmt: skip
    return [path for path in found if not path.startswith(("/tmp/", "/run/"))]


def without_systemd():
    say("-- in a system without systemd running, as in an image")
    alone("apt-get", "-q", "update")
    alone(*APT, "install", "/root/parley.deb")
    check(alone("stat", "-c", "%U:%G %a", "/var/lib/parley").stdout.strip() == "parley:parley 700", "the data directory is the user's alone")
    check(alone("parleyd", "--config", CONFIG, "--print-config").returncode == 0, "the configuration that is shipped is right")
    for page in ("man8/parleyd.8.gz", "man1/parley.1.gz"):
        check((SYSTEM / "usr/share/man" / page).exists(), f"there is {page}")
    verify = alone("systemd-analyze", "verify", "--man=no", "parleyd.service", "parleyd.socket", may_fail=True)
    check(verify.returncode == 0 and not verify.stdout.strip(), "systemd-analyze verify has nothing to say")
    exposure = alone("systemd-analyze", "security", "--offline=true", "--threshold=20", "--no-pager", "parleyd.service", may_fail=True)
    check(exposure.returncode == 0, f"systemd-analyze security: {exposure.stdout.strip().splitlines()[-1]}")
    alone(*APT, "purge", "parley")
    check(not left_behind(alone), "purging leaves nothing")


def first_install(system):
    say("-- installed")
    system(*APT, "install", "/root/parley.deb")
    wait_until(system.answers, "the server answers")
    check('<script type="module"' in system.page(), "the web app is there")
    check(system.show("ActiveState") == "active" and system.show("ActiveState", "parleyd.socket") == "active", "service and socket run")
    check(system.show("StatusText").startswith("Listening on http://127.0.0.1:8080"), "the service says where it listens")
    check(system("stat", "-c", "%U %a", "/var/lib/parley/people.sqlite").stdout.split() == ["parley", "600"], "the data are the user's alone")
    status = system("cat", f"/proc/{system.show('MainPID')}/status").stdout
    facts = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    check(facts["NoNewPrivs"] == "1" and facts["Seccomp"] == "2" and int(facts["CapBnd"], 16) == 0, "the process is fenced in")
    check("/var/lib/parley" in system("parley", "admin", "--json", "status").stdout, "root may administer it")
    check(system("runuser", "-u", "daemon", "--", "parley", "admin", "status", may_fail=True).returncode != 0, "another user may not")
    system.client("signup", "anna")
    system.client("send", "me", "said before the upgrade")


def keeps_going(system):
    say("-- restarted, reloaded, killed")
    with system.asked_all_the_while("restart"):
        system("systemctl", "restart", "parleyd")
    before = system.show("MainPID")
    system("systemctl", "reload", "parleyd")
    check(system.show("MainPID") == before and system.show("ActiveState") == "active", "a reload keeps the process")
    system("systemctl", "kill", "--signal=KILL", "parleyd")
    wait_until(lambda: system.show("MainPID") not in ("0", before) and system.answers(), "the service comes back")
    check(system.show("NRestarts") == "1", "a killed service is started again")


def upgrade(system, version):
    say("-- upgraded")
    system("sed", "-i", 's/^sign_up = .*/sign_up = "closed"/', CONFIG)
    before = system.show("MainPID")
    with system.asked_all_the_while("upgrade"):
        system(*APT, "-o", "Dpkg::Options::=--force-confold", "install", "/root/newer.deb")
        wait_until(system.answers, "the server answers")
    check(system("dpkg-query", "-W", "-f", "${Version}", "parley").stdout == version, "the new version is installed")
    check(system.show("MainPID") != before, "the service was restarted")
    check('sign_up = "closed"' in system("cat", CONFIG).stdout, "what the operator wrote is kept")
    check("New in this version" in system("cat", f"{CONFIG}.dpkg-dist").stdout, "and the new file lies beside it")
    check("signup_closed" in system.client("--profile", "bert", "signup", "bert", may_fail=True).stdout, "and in force")
    check("said before the upgrade" in system.client("history", "me").stdout, "the data are kept")
    check("said before" not in system("journalctl", "--no-pager").stdout, "the journal holds no message")


def backup_and_restore(system):
    say("-- backed up, restored")
    as_user = ("runuser", "-u", "parley", "--", "parley")
    system(*as_user, "backup", "/var/lib/parley", "/var/lib/parley/backups")
    system.client("send", "me", "said after the backup")
    system("systemctl", "stop", "parleyd.socket", "parleyd.service")
    system(*as_user, "restore", "/var/lib/parley/backups", "/var/lib/parley", "--yes")
    system("systemctl", "start", "parleyd.socket", "parleyd.service")
    wait_until(system.answers, "the server answers")
    system.client("signin", "anna")
    said = system.client("history", "me").stdout
    check("said before the upgrade" in said and "said after the backup" not in said, "the backup is what is served")


def wrong_configuration(system):
    say("-- wrong configuration")
    system("cp", CONFIG, "/root/good.toml")
    system("sed", "-i", "$ a listn = 1", CONFIG)
    check(system("systemctl", "restart", "parleyd", may_fail=True).returncode != 0, "a wrong configuration stops the start")
    check("did you mean listen?" in system("journalctl", "-u", "parleyd", "--no-pager").stdout, "the journal says what is wrong")
    check(system.show("NRestarts") in ("0", "1") and system.show("ExecMainStatus") == "2", "it is not tried again and again")
    system("sed", "s/8080/8081/", "/root/good.toml", "-i")
    system("cp", "/root/good.toml", CONFIG)
    system("systemctl", "reset-failed", "parleyd", may_fail=True)
    system("systemctl", "restart", "parleyd", may_fail=True)
    check("`listen` does not name: 127.0.0.1:8080" in system("journalctl", "-u", "parleyd", "--no-pager").stdout, "so does it of a socket too many")
    system("sed", "-i", "s/8081/8080/", CONFIG)
    system("systemctl", "stop", "parleyd.socket", "parleyd.service")
    check(not system.answers(), "it can be stopped")
    system("systemctl", "reset-failed", may_fail=True)
    system("systemctl", "start", "parleyd.socket", "parleyd.service")
    wait_until(system.answers, "the server answers")


def removal(system):
    say("-- removed, installed again, purged")
    system(*APT, "remove", "parley")
    check(system("systemctl", "is-active", "parleyd.service", "parleyd.socket", may_fail=True).stdout.split().count("active") == 0, "nothing runs")
    check(not (SYSTEM / "usr/bin/parleyd").exists(), "the program is gone")
    check((SYSTEM / "var/lib/parley/people.sqlite").exists() and (SYSTEM / CONFIG[1:]).exists(), "data and configuration are kept")
    system(*APT, "install", "/root/newer.deb")
    wait_until(system.answers, "the server answers")
    check("said before the upgrade" in system.client("history", "me").stdout, "what was said is there again")
    system(*APT, "purge", "parley")
    check(not left_behind(system), "purging leaves nothing")
    check("parley" not in system("systemctl", "list-unit-files", "--no-pager").stdout, "no unit is left")


def main():
    packages = [path for path in (ROOT / "build/deb").glob("parley_*.deb")]
    if os.geteuid() != 0 or len(packages) != 1:
        raise SystemExit("deb-test: run it as root, after make deb")
    WORK.mkdir(parents=True, exist_ok=True)
    make_system()
    version = newer(packages[0])
    shutil.copy(packages[0], SYSTEM / "root/parley.deb")
    shutil.copy(WORK / "newer.deb", SYSTEM / "root/newer.deb")
    without_systemd()
    # What it needs is there by now; the booted system has no way out.
    with Booted() as system:
        first_install(system)
        keeps_going(system)
        upgrade(system, version)
        backup_and_restore(system)
        wrong_configuration(system)
        removal(system)
    shutil.rmtree(SYSTEM)
    say("the package lives and dies as it should")


if __name__ == "__main__":
    main()
