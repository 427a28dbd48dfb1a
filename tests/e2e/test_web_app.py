"""The web app as parleyd gives it to browsers: the one that is built in, a folder, or none."""

import gzip
import re

import pytest

from e2e_server import Server, module_server  # noqa: F401

PAGE = "<!doctype html><title>A folder</title>"
HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("web") / "dist"
    (path / "assets").mkdir(parents=True)
    (path / "index.html").write_text(PAGE)
    (path / "assets" / "app-1a2b.js").write_text("export {};" * 100)
    (path / "assets" / "app-1a2b.js.gz").write_bytes(gzip.compress(b"export {};" * 100))
    return path


@pytest.fixture(scope="module")
def web(folder):
    with Server(folder.parent / "data", "--web-dir", str(folder)) as server:
        yield server


def test_pages_of_the_app_are_its_index_and_errors_of_the_api_stay(web):
    for path in ("/", "/join", "/c/018f3a", "/settings/devices"):
        status, headers, body = web.request("GET", path, headers=HTML)
        assert (status, body.decode()) == (200, PAGE), path
        assert headers["Cache-Control"] == "no-cache" and headers["Content-Type"] == "text/html; charset=utf-8"
    for path, wanted in (("/v1/nothing", 404), ("/v1/account", 401), ("/assets/app-old.js", 404), ("/healthz", 200)):
        status, headers, _ = web.request("GET", path, headers=HTML)
        assert (status, headers["Content-Type"]) == (wanted, "application/json"), path
    assert web.request("POST", "/join", headers=HTML)[0] == 404


def test_files_with_a_digest_in_their_name_are_kept_for_ever(web):
    status, headers, body = web.request("GET", "/assets/app-1a2b.js", headers={"Accept-Encoding": "gzip"})
    assert status == 200 and gzip.decompress(body) == b"export {};" * 100
    assert headers["Cache-Control"] == "public, max-age=31536000, immutable" and headers["Vary"] == "Accept-Encoding"
    again = web.request("GET", "/assets/app-1a2b.js",
                        headers={"Accept-Encoding": "gzip", "If-None-Match": headers["ETag"]})
    assert (again[0], again[2]) == (304, b"")
    status, head, body = web.request("HEAD", "/assets/app-1a2b.js")
    assert (status, head["Content-Length"], body) == (200, "1000", b"")


def test_the_policy_lets_a_page_reach_this_server_alone(web):
    _, headers, _ = web.request("GET", "/")
    policy = headers["Content-Security-Policy"]
    host = web.url.removeprefix("http://")
    assert f"connect-src 'self' ws://{host} wss://{host};" in policy and "unsafe" not in policy
    for name in ("default-src", "frame-ancestors", "base-uri"):
        assert f"{name} 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff" and headers["Referrer-Policy"] == "no-referrer"


def test_the_app_that_is_built_in_refers_to_files_that_are_there(server):
    status, headers, page = server.request("GET", "/")
    assert status == 200
    if "Content-Security-Policy" not in headers or "built without the web app" in page.decode():
        pytest.skip("built with PARLEY_WEB=OFF")
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\son\w+=", page.decode()), "the policy allows nothing inline"
    named = re.findall(r'(?:src|href)="(/[^"]+)"', page.decode())
    assert named
    for path in named:
        assert server.request("GET", path)[0] == 200, path


def test_without_the_app_the_front_page_says_how_to_talk_to_the_server(tmp_path):
    with Server(tmp_path / "data", "--web", "false") as server:
        status, _, page = server.request("GET", "/", headers=HTML)
        assert status == 200 and "Parley is running" in page.decode() and "without the web app" not in page.decode()
        assert server.request("GET", "/join", headers=HTML)[0] == 404


def test_a_folder_that_is_none_stops_the_start(tmp_path):
    with pytest.raises(AssertionError, match="web_dir: there is no index.html"):
        Server(tmp_path / "data", "--web-dir", str(tmp_path / "nothing")).start()
