"""Asking a package index: what comes back, what is refused, and what is shown of its address."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from advisor.evidence.index import (
    CANARY,
    Configuration,
    Files,
    IndexUnavailableError,
    address,
    ask,
    configured,
    index_files,
    shown_url,
)
from advisor.evidence.releases import Published
from advisor.model.package import Canary

JSON, HTML = "application/vnd.pypi.simple.v1+json", "text/html"
TODAY = "2024-06-01"
OURS = Canary(package="mxnet", version="1.9.1", digest="sha256:aa")


def file(name: str, version: str, digest: str = "sha256:aa") -> Published:
    return Published(name=name, version=version, uploaded=TODAY, python="", digest=digest, withdrawn=False)


def offering(**packages: list[Published]) -> Files:
    return lambda name: tuple(packages[name]) if name in packages else None


def test_packages_come_back_summed_up_and_missing_ones_are_named() -> None:
    files = offering(mxnet=[file("m", "1.9.1")], red=[file("r", "1.0"), file("r2", "2.0")])
    found = ask(["red", "gone", "red"], files, TODAY, denied={"red": ["2.0"]}, canary=OURS)
    assert {name: package.latest for name, package in found.packages.items()} == {"red": "1.0"}
    assert found.missing == ("gone",)
    assert found.canary == OURS


def test_a_package_of_which_nothing_can_be_used_is_there_all_the_same() -> None:
    gone = replace(file("g", "1.0"), withdrawn=True)
    files = offering(mxnet=[file("m", "1.9.1")], red=[gone], blue=[], green=[file("g", "2.0")])
    found = ask(["red", "blue", "green"], files, TODAY, denied={"green": ["2.0"]}, canary=OURS)
    assert {name: package.latest for name, package in found.packages.items()} == dict.fromkeys(
        ("red", "blue", "green"), "unknown"
    )
    assert found.packages["red"].withdrawn == ("1.0",)
    assert found.missing == ()


def test_a_release_is_denied_however_the_name_of_its_package_is_written() -> None:
    files = {"mxnet": (file("m", "1.9.1"),), "Red_Frame": (file("r", "1.0"), file("r2", "2.0"))}
    found = ask(["Red_Frame"], files.get, TODAY, denied={"red-frame": ["2.0"]}, canary=OURS)
    assert found.packages["Red_Frame"].latest == "1.0"


def test_the_first_time_an_index_is_asked_the_canary_is_taken_from_it() -> None:
    found = ask([], offering(mxnet=[file("m", CANARY[1], "sha256:bb")]), TODAY, denied={}, canary=None)
    assert found.canary == Canary(package="mxnet", version="1.9.1", digest="sha256:bb")


@pytest.mark.parametrize(
    "listed", [[], [file("m", "1.9.1", "sha256:bb")], [file("m", "1.9.1", "")], [file("m", "1.9")]]
)
@pytest.mark.parametrize("kept", [True, False])
def test_another_index_is_refused_before_anything_else_is_asked(listed: list[Published], *, kept: bool) -> None:
    asked = []

    def files(name: str) -> tuple[Published, ...]:
        asked.append(name)
        return tuple(listed)

    if not kept and listed and listed[0].digest == "sha256:bb":
        assert ask([], files, TODAY, denied={}, canary=None).canary.digest == "sha256:bb"
        return
    with pytest.raises(IndexUnavailableError, match=r"mxnet 1\.9\.1"):
        ask(["red"], files, TODAY, denied={}, canary=OURS if kept else None)
    assert asked == ["mxnet"]


@contextmanager
def answering(status: int, kind: str, text: str) -> Iterator[str]:
    """The address of an index that has one answer to everything."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the name it is called by)
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield f"http://user:secret@127.0.0.1:{server.server_address[1]}/simple"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1")


LISTED = {
    "meta": {"api-version": "1.1"},
    "name": "red",
    "versions": ["1.0"],
    "files": [
        {
            "filename": "red-1.0-py3-none-any.whl",
            "url": "red-1.0-py3-none-any.whl",
            "hashes": {"sha256": "ab"},
            "requires-python": ">=3.9",
            "upload-time": "2024-05-01T23:59:59Z",
            "yanked": "broken",
        },
        {"filename": "red-1.0.tar.gz", "url": "red-1.0.tar.gz", "hashes": {}},
        {"filename": "red.exe", "url": "red.exe", "hashes": {}},
    ],
}
PAGE = """<!DOCTYPE html><html><body>
<a href="red-1.0-py3-none-any.whl#sha256=ab"
   data-requires-python="&gt;=3.9" data-yanked="broken">red-1.0-py3-none-any.whl</a>
<a href="red-1.0.tar.gz">red-1.0.tar.gz</a>
<a href="red.exe">red.exe</a>
</body></html>"""


@pytest.mark.parametrize(("kind", "text", "day"), [(JSON, json.dumps(LISTED), "2024-05-01"), (HTML, PAGE, "")])
def test_files_are_read_from_json_and_from_html(kind: str, text: str, day: str) -> None:
    with answering(200, kind, text) as url:
        found = index_files(url)("red")
    assert found == (
        Published(
            name="red-1.0-py3-none-any.whl",
            version="1.0",
            uploaded=day,
            python=">=3.9",
            digest="sha256:ab",
            withdrawn=True,
        ),
        Published(name="red-1.0.tar.gz", version="1.0", uploaded="", python="", digest="", withdrawn=False),
    )


def test_a_package_that_the_index_does_not_have_is_nothing() -> None:
    with answering(404, HTML, "") as url:
        assert index_files(url)("red") is None


WRONG = {
    "an error of the server": (500, HTML, ""),
    "refused": (403, HTML, ""),
    "no json": (200, JSON, "{"),
    "json of another kind": (200, JSON, '{"files": 5}'),
    "a later version of the interface": (200, JSON, json.dumps({**LISTED, "meta": {"api-version": "2.0"}})),
    "another kind of page": (200, "application/pdf", ""),
}


@pytest.mark.parametrize(("status", "kind", "text"), WRONG.values(), ids=WRONG)
def test_an_index_that_does_not_answer_as_one_is_refused_without_its_password(
    status: int, kind: str, text: str
) -> None:
    with answering(status, kind, text) as url, pytest.raises(IndexUnavailableError) as refused:
        index_files(url)("red")
    assert "cannot be asked about red" in str(refused.value)
    assert "Nothing was changed" in str(refused.value)
    assert "secret" not in str(refused.value)
    assert "127.0.0.1" in str(refused.value)


@pytest.mark.parametrize(
    "url",
    ["", "nonsense", "user:secret@host", "file:///simple", "http://", "http://user:secret@host:port/", "http://[::1"],
)
def test_an_address_that_is_none_is_refused_before_it_is_asked(url: str) -> None:
    with pytest.raises(IndexUnavailableError, match="has no address") as refused:
        index_files(url)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://user:secret@index.example/simple/", "https://index.example/simple/"),
        ("https://token@index.example:8443/simple?key=secret#secret", "https://index.example:8443/simple"),
        ("http://user:sec@ret@host/", "http://host/"),
        ("http://user:secret@[::1]:8080/simple/", "http://[::1]:8080/simple/"),
        ("http://user:sec/ret@host/", "the package index"),
        ("http://user:secret@host:99999/", "the package index"),
        ("user:secret@host", "the package index"),
        ("", "the package index"),
        ("http://host/\x1b[31m", "http://host/?[31m"),
    ],
)
def test_no_password_is_in_an_address_that_is_shown(url: str, said: str) -> None:
    assert shown_url(url) == said


def test_a_certificate_bundle_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(IndexUnavailableError, match="OSError"):
        index_files("https://127.0.0.1:1/", str(tmp_path / "none.pem"))("red")


@pytest.fixture
def pip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of configuration that comes before any other that pip has."""
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    file = tmp_path / "pip.conf"
    monkeypatch.setenv("PIP_CONFIG_FILE", str(file))
    file.write_text("", encoding="utf-8")
    return file


Saying = Callable[[str, int], None]


@pytest.fixture
def saying(pip: Path, monkeypatch: pytest.MonkeyPatch) -> Saying:
    """Has pip say that of its configuration."""

    def saying(text: str, status: int) -> None:
        said = subprocess.CompletedProcess("pip", status, stdout=text, stderr="")
        monkeypatch.setattr("advisor.evidence.index.subprocess.run", lambda *_, **__: said)

    assert pip.exists()
    return saying


def test_without_configuration_the_public_index_is_asked(saying: Saying) -> None:
    saying("", 0)
    assert configured() == Configuration(url="", certificates="", passed_over=())
    assert address("") == "https://pypi.org/simple/"
    assert address("http://mine/") == "http://mine/"


def test_what_pip_is_configured_for_is_asked(pip: Path) -> None:
    pip.write_text("[global]\nindex-url = https://o'brien:x=y@index.example/simple\ncert = /ca.pem\n", encoding="utf-8")
    found = configured()
    assert (found.url, found.certificates) == ("https://o'brien:x=y@index.example/simple", "/ca.pem")
    pip.write_text("[global]\nindex-url = https://a/\n[install]\nindex-url = https://b/\n", encoding="utf-8")
    assert configured().url == "https://b/"


def test_the_environment_comes_before_the_file(pip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pip.write_text("[global]\nindex-url = https://a/\ncert = /a.pem\n", encoding="utf-8")
    monkeypatch.setenv("PIP_INDEX_URL", "https://c/")
    monkeypatch.setenv("PIP_CERT", "/c.pem")
    found = configured()
    assert (found.url, found.certificates) == ("https://c/", "/c.pem")


def _unable(*_: object, **__: object) -> object:
    raise OSError


@pytest.mark.parametrize("able", [True, False])
def test_where_pip_does_not_say_no_other_index_is_asked(
    saying: Saying, monkeypatch: pytest.MonkeyPatch, *, able: bool
) -> None:
    saying("global.index-url='https://half/'", 1)
    if not able:
        monkeypatch.setattr("advisor.evidence.index.subprocess.run", _unable)
    with pytest.raises(IndexUnavailableError, match=r"pip cannot be asked .* nothing was asked"):
        configured()
    monkeypatch.setenv("PIP_INDEX_URL", "https://c/")
    monkeypatch.setenv("PIP_CERT", "/c.pem")
    assert configured() == Configuration(url="https://c/", certificates="/c.pem", passed_over=())


@pytest.mark.parametrize("place", ["global", "install", "environment"])
def test_where_pip_is_configured_for_no_index_none_is_asked(
    pip: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "https://c/")
    if place == "environment":
        monkeypatch.setenv("PIP_NO_INDEX", "1")
    else:
        pip.write_text(f"[{place}]\nno-index = True\n", encoding="utf-8")
    with pytest.raises(IndexUnavailableError, match="pip is configured for no index; nothing was asked"):
        configured()


def test_an_index_that_is_not_switched_off_is_asked(pip: Path) -> None:
    pip.write_text("[global]\nno-index = false\nindex-url = https://a/\n", encoding="utf-8")
    assert configured().url == "https://a/"


def test_where_else_pip_looks_is_named_without_a_password(pip: Path) -> None:
    pip.write_text(
        "[global]\nextra-index-url =\n  https://user:secret@a.example/simple\n  file:///secret\nfind-links = /wheels\n",
        encoding="utf-8",
    )
    assert configured().passed_over == (
        "extra-index-url https://a.example/simple",
        "extra-index-url",
        "find-links",
    )
