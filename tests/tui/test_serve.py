"""The questionnaire in a browser: whoever has its address can answer, and nobody else."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from aiohttp import ClientSession, CookieJar, WSServerHandshakeError
from cli.program import Run
from hypothesis import given
from hypothesis import strategies as st

from advisor.cli.commands.serve import command
from advisor.cli.parser import parse
from advisor.web.guard import Guard, is_local
from tui.browser import Served, tab

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
WIDE, PHONE = (1280, 800), (390, 844)
EVERYWHERE = "0.0.0.0"  # noqa: S104  (only named)
GUARD = Guard(token="right", host="127.0.0.1", port=8000)  # noqa: S106  (the token of a test)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with Served(tmp_path_factory.mktemp("served")) as served:
        yield served


def client() -> ClientSession:
    """Who keeps the cookies of an address, as browsers do."""
    return ClientSession(cookie_jar=CookieJar(unsafe=True))


def test_what_is_no_text_is_no_token() -> None:
    assert "token" in GUARD.refusal("localhost:8000", None, "\udcff", must_come_from_page=False)


@pytest.mark.slow
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["desk", "telephone"])
def test_questions_are_answered_in_a_browser_which_asks_nobody_else(tmp_path: Path, size: tuple[int, int]) -> None:
    with Served(tmp_path) as served, tab(size) as open_tab:
        page = open_tab.page
        page.goto(served.address)
        open_tab.wait_for("What is the project about?")
        open_tab.wait_for("Answer")
        assert page.url == f"{served.root}/"
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        open_tab.wait_for("1 answered")
        open_tab.wait_for("On which accelerator")
        page.keyboard.press("Control+s")
        open_tab.wait_for("Download what")
        page.keyboard.press("Enter")
        open_tab.wait_until(lambda: open_tab.downloads)
        (download,) = open_tab.downloads
        assert download.suggested_filename == "answers.yaml"
        assert "\ndomain: vlm\n" in Path(download.path()).read_text(encoding="utf-8")
        # Closed and opened again, it goes on.
        page.keyboard.press("Control+c")
        page.wait_for_selector("body.-closed")
        page.keyboard.press("Enter")
        open_tab.wait_for("1 answered")
        assert open_tab.complaints == []
        assert open_tab.hosts == {"127.0.0.1"}
    assert "\ndomain: vlm\n" in (tmp_path / "interview.yaml").read_text(encoding="utf-8")
    assert list(tmp_path.glob("answers*")) == []


@pytest.mark.slow
def test_who_has_no_token_or_comes_from_elsewhere_is_refused(served: Served) -> None:
    async def story() -> None:
        async with ClientSession() as stranger, client() as owner:
            for path in (
                "/",
                "/?token=wrong",
                "/?token=%C3%A4",
                "/static/js/textual.js",
                "/page/page.js",
                "/download/x",
            ):
                async with stranger.get(served.root + path) as response:
                    assert response.status == 403, path
                    assert response.headers["Cache-Control"] == "no-store"
            async with owner.get(served.address) as response:
                assert response.status == 200
                assert response.headers["Referrer-Policy"] == "no-referrer"
                assert {"HttpOnly", "SameSite=Strict"} <= {*response.headers["Set-Cookie"].split("; ")}
                assert served.token not in await response.text()
            for headers in ({"Host": "elsewhere.example"}, {"Origin": "http://elsewhere.example"}):
                async with owner.get(served.root, headers=headers) as response:
                    assert response.status == 403, headers
            for session, origin in ((stranger, served.root), (owner, "http://elsewhere.example"), (owner, None)):
                with pytest.raises(WSServerHandshakeError) as refused:
                    await session.ws_connect(f"{served.root}/ws", origin=origin)
                assert refused.value.status == 403
            async with owner.ws_connect(f"{served.root}/ws", origin=served.root) as line:
                assert (await line.receive()).data

    asyncio.run(story())


@POSIX
@pytest.mark.slow
@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM", "SIGHUP", "SIGKILL"])
def test_no_questionnaire_outlives_its_server(tmp_path: Path, number: str) -> None:
    async def story(served: Served) -> None:
        async with client() as session:
            await (await session.get(served.address)).read()
            async with session.ws_connect(f"{served.root}/ws", origin=served.root) as line:
                await line.receive()
                children.extend(psutil.Process(served.process.pid).children(recursive=True))
                served.process.send_signal(getattr(signal, number))
                async for _ in line:
                    pass
                await asyncio.to_thread(served.process.wait, 60)

    children: list[psutil.Process] = []
    with Served(tmp_path) as served:
        asyncio.run(story(served))
    assert len(children) == 1
    assert psutil.wait_procs(children, timeout=60)[1] == []
    assert served.process.returncode == (0 if number in ("SIGINT", "SIGTERM") else -getattr(signal, number))


@given(st.text(max_size=40), st.none() | st.text(max_size=40), st.text(max_size=40))
def test_nothing_but_the_token_and_a_name_of_ours_is_let_in(host: str, origin: str | None, given: str) -> None:
    if given != "right":
        assert GUARD.refusal("127.0.0.1:8000", None, given, must_come_from_page=False)
    why = GUARD.refusal(host, origin, "right", must_come_from_page=False)
    assert why or "localhost" in host.lower() or "127.0.0.1" in host or "::1" in host
    assert GUARD.refusal(host, None, "right", must_come_from_page=True)


@pytest.mark.parametrize(
    ("listens_on", "host", "let_in"),
    [
        ("127.0.0.1", "127.0.0.1:8000", True),
        ("127.0.0.1", "localhost:9000", True),
        ("127.0.0.1", "[::1]:8000", True),
        ("127.0.0.1", "192.168.1.5:8000", False),
        ("127.0.0.1", "rebound.example:8000", False),
        ("127.0.0.1", "127.0.0.1.rebound.example", False),
        ("127.0.0.1", "localhost@rebound.example", False),
        (EVERYWHERE, "192.168.1.5:8000", True),
        (EVERYWHERE, "rebound.example:8000", False),
        ("build.lan", "build.lan:8000", True),
    ],
)
def test_a_name_that_somebody_else_can_point_here_is_none_of_ours(listens_on: str, host: str, let_in: bool) -> None:  # noqa: FBT001
    guard = Guard(token="right", host=listens_on, port=8000)  # noqa: S106
    why = guard.refusal(host, f"http://{host}", "right", must_come_from_page=True)
    assert (why == "") == let_in
    assert guard.refusal(host, "http://elsewhere.example", "right", must_come_from_page=False)


def test_only_a_loop_back_is_local() -> None:
    assert all(map(is_local, ("127.0.0.1", "127.8.9.1", "::1", "localhost")))
    assert not any(map(is_local, (EVERYWHERE, "::", "", "192.168.1.5", "build.lan")))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--answers", "-"), "--answers: standard input can be read once"),
        (("--set", "domain=alchemy"), "--set domain: 'alchemy' is not a word of domain"),
        (("--policy", "nowhere.yaml"), "nowhere.yaml"),
        (("--part", "backend"), "--part: there is no project that it could be a part of"),
        (("--port", "65536"), "ports go up to 65535"),
        (("--host", "192.0.2.1"), "192.0.2.1:8000: cannot be listened on"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_served(
    run: Run, arguments: tuple[str, ...], said: str
) -> None:
    ran = run("serve", "--no-detect", *arguments)
    assert (ran.exit, ran.stdout) == (2, "")
    assert said in ran.stderr


def test_each_page_is_asked_with_every_option_that_was_given() -> None:
    once = ("answers", "project", "part", "options", "as-of", "policy")
    repeated = ("set", "machine", "knowledge", "rules", "probes", "hardware")
    given = [f"--{name}=a b" for name in (*once, *repeated, *repeated)]
    given += ["--budget=1.5", "--python=jax=/opt/a b/python", "--no-detect", "--nodes=a b=2", "--fleet", "a b", "c"]
    every, usual = vars(parse(["interview", *given])), vars(parse(["interview"]))
    assert {name for name in usual if every[name] == usual[name]} == {"command", "probe"}
    _, _, _, *asked = command(parse(["serve", *given, "--port=1"]))
    assert vars(parse(asked)) == every


def test_without_the_extra_it_says_what_to_install(run: Run, tmp_path: Path) -> None:
    (tmp_path / "textual_serve.py").write_text("raise ModuleNotFoundError(name='textual_serve')", encoding="utf-8")
    ran = run("serve", "--no-detect", env={"PYTHONPATH": str(tmp_path)})
    assert (ran.exit, ran.stdout) == (2, "")
    assert 'pip install "framework-advisor[serve]"' in ran.stderr
