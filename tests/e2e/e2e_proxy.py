"""nginx and HAProxy with the configurations of deploy/, on free ports and with directories of a test."""

import http.client
import json
import os
import pathlib
import socket
import ssl
import subprocess

from e2e_server import DEADLINE, ROOT, Refused, Server, wait_until

TOOLS = ROOT / "build" / "tools" / "usr" / "sbin"


def program(name):
    for folder in (TOOLS, pathlib.Path("/usr/sbin")):
        if (folder / name).exists():
            return str(folder / name)
    raise AssertionError(f"there is no {name}: tools/build/setup.sh test")


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def certificate(folder):
    """(certificate, key) for localhost, signed by itself."""
    files = folder / "proxy.pem", folder / "proxy.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                    "-subj", "/CN=localhost", "-keyout", files[1], "-out", files[0]], check=True, capture_output=True)
    return files


def replaced(text, **pairs):
    """Every pattern has to be there: what the file ships is what is tested."""
    for old, new in pairs.values():
        assert old in text, f"the configuration no longer says {old!r}"
        text = text.replace(old, str(new))
    return text


class Proxy:
    """A proxy in front of a server. Behaves as e2e_server.Server does for clients."""

    secure = True

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir()
        self.port = free_port()
        self.certificate, self.key = certificate(self.folder)
        self.process = None

    def run(self, *command):
        self.process = subprocess.Popen(command, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT)
        wait_until(lambda: self.process.poll() is not None or self._answers(), "the proxy answers")
        assert self.process.poll() is None, self.process.stdout.read().decode()
        return self

    def _answers(self):
        try:
            return self.request("GET", "/healthz")[0] == 200
        except (OSError, http.client.HTTPException):
            return False

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.communicate(timeout=DEADLINE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()

    url = Server.url
    ws_url = Server.ws_url
    request = Server.request
    call = Server.call
    sign_up = Server.sign_up


class Nginx(Proxy):
    """deploy/nginx/parley.conf inside the few lines that Debian's nginx.conf has around it."""

    def __init__(self, folder, upstream):
        super().__init__(folder)
        self.upstream = upstream

    def start(self):
        conf = replaced((ROOT / "deploy/nginx/parley.conf").read_text(), server=("server 127.0.0.1:8080;", f"server 127.0.0.1:{self.upstream};"),
                        listen=("listen 443 ssl", f"listen 127.0.0.1:{self.port} ssl"), v6=("    listen [::]:443 ssl http2;\n", ""),
                        name=("server_name chat.example", "server_name localhost"),
                        certificate=("/etc/ssl/certs/chat.example.pem", self.certificate),
                        key=("/etc/ssl/private/chat.example.key", self.key))
        (self.folder / "parley.conf").write_text(conf)
        temporary = "".join(f"{kind}_temp_path {self.folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        (self.folder / "nginx.conf").write_text(
            f"daemon off; master_process off; pid {self.folder}/pid; error_log stderr;\nevents {{}}\n"
            f"http {{\naccess_log off;\n{temporary}include {self.folder}/parley.conf;\n}}\n")
        return self.run(program("nginx"), "-p", str(self.folder), "-c", str(self.folder / "nginx.conf"), "-e", "stderr")


class Haproxy(Proxy):
    """deploy/haproxy/haproxy.cfg; `header` in place of the version of the PROXY protocol that it ships."""

    def __init__(self, folder, upstream, header="send-proxy-v2-ssl"):
        super().__init__(folder)
        self.upstream, self.header = upstream, header

    def start(self):
        both = self.folder / "both.pem"
        both.write_text(self.certificate.read_text() + self.key.read_text())
        cfg = replaced((ROOT / "deploy/haproxy/haproxy.cfg").read_text(), user=("    user haproxy\n    group haproxy\n", ""),
                       log=("    log /dev/log local0\n", ""), logs=("    log global\n", ""), bind=("bind :443", f"bind 127.0.0.1:{self.port}"),
                       certificate=("/etc/ssl/private/chat.example.pem", both), server=("127.0.0.1:8081 ", f"127.0.0.1:{self.upstream} "),
                       header=("send-proxy-v2-ssl ", f"{self.header} "))
        (self.folder / "haproxy.cfg").write_text(cfg)
        return self.run(program("haproxy"), "-db", "-f", str(self.folder / "haproxy.cfg"))
