"""TLS: a certificate of one's own, wss, and a new certificate while the server runs."""

import signal
import socket
import ssl
import subprocess

import pytest

from e2e_client import Live, live_test, text_of
from e2e_server import BIN, Server, wait_until


def make_certificate(directory, name):
    """A self-signed certificate for this machine: PEM files of certificate and key."""
    certificate, key = directory / f"{name}.pem", directory / f"{name}.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-days", "2", "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1",
                    "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    return certificate, key


def served_certificate(server):
    return ssl.get_server_certificate(("127.0.0.1", server.port))


@pytest.fixture
def secure(tmp_path):
    certificate, key = make_certificate(tmp_path, "first")
    with Server(tmp_path / "data", "--tls-certificate", str(certificate), "--tls-key", str(key)) as server:
        server.certificate, server.key = certificate, key
        yield server


@live_test()
async def test_people_chat_over_tls(secure):
    assert secure.url.startswith("https://")
    anna, bert = secure.sign_up(), secure.sign_up()
    async with await Live.open(anna) as a, await Live.open(bert) as b:
        channel = await a.direct(bert)
        seq = await a.post(channel, "x" * 50_000)
        await b.event_at(channel, seq)
        assert text_of((await b.ask(getContent={"channelId": channel, "seq": seq}))["content"]) == "x" * 50_000


def test_curl_trusts_exactly_the_certificate_it_was_given(secure):
    ask = ["curl", "-sS", "--max-time", "20", secure.url + "/healthz"]
    assert subprocess.run([*ask, "--cacert", str(secure.certificate)], capture_output=True).stdout == b'{"status":"ok"}'
    assert subprocess.run(ask, capture_output=True).returncode == 60


def test_the_refresh_cookie_is_for_tls_alone(secure):
    body = {"handle": "anna", "password": "correct horse battery", "cookie": True}
    _, headers, _ = secure.request("POST", "/v1/accounts", body)
    assert "Secure" in headers["Set-Cookie"]


@live_test()
async def test_a_new_certificate_is_served_after_sighup_and_sessions_stay(secure):
    first = served_certificate(secure)
    async with await Live.open(secure.sign_up()) as live:
        certificate, key = make_certificate(secure.certificate.parent, "second")
        certificate.rename(secure.certificate)
        key.rename(secure.key)
        assert served_certificate(secure) == first
        secure.process.send_signal(signal.SIGHUP)
        wait_until(lambda: served_certificate(secure) != first, "the new certificate")
        assert served_certificate(secure) == secure.certificate.read_text()
        assert (await live.ask(getInbox={}))["inbox"]


def test_a_broken_certificate_leaves_the_old_one_in_use(secure):
    first = served_certificate(secure)
    secure.certificate.write_text("no certificate")
    secure.process.send_signal(signal.SIGHUP)
    wait_until(lambda: "certificate_not_reloaded" in secure.log(), "the warning")
    assert served_certificate(secure) == first


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # asking for an old version is the point
def test_what_does_not_speak_tls_is_let_go(secure):
    with socket.create_connection(("127.0.0.1", secure.port), timeout=20) as plain:
        plain.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b"200 OK" not in plain.recv(1000)
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    with socket.create_connection(("127.0.0.1", secure.port), timeout=20) as old:
        with pytest.raises(OSError):
            context.wrap_socket(old)
    assert secure.call("GET", "/healthz") == {"status": "ok"}


def test_a_wrong_key_is_named_at_the_start(tmp_path):
    certificate, _ = make_certificate(tmp_path, "first")
    _, key = make_certificate(tmp_path, "second")
    run = subprocess.run([str(BIN / "parleyd"), "--listen", "127.0.0.1:0", "--data", str(tmp_path / "data"),
                          "--tls-certificate", str(certificate), "--tls-key", str(key)],
                         capture_output=True, text=True, timeout=30)
    assert run.returncode in (1, 2)
    assert str(key) in run.stderr or str(certificate) in run.stderr
