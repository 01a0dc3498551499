"""Calls that are wrong, and input that is no call at all: each is answered, and the server goes on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from io import TextIOWrapper
from pathlib import Path
from typing import Any

import pytest
from cli.program import UNWATCHED, Run, start
from cli.shims import BLOCKED, shim

pytest.importorskip("mcp")

from mcp import Client
from mcp.shared.exceptions import MCPError

from agents.talking import refused, talk, told

WRONG: dict[str, tuple[str, dict[str, Any], str]] = {
    "no tool": ("recomend", {}, "there is no tool 'recomend'. Did you mean 'recommend'?"),
    "a tool with a terminal escape": ("\x1b[2J\u202e", {}, "there is no tool"),
    "no answers": ("recommend", {}, "expected either the argument 'answers' or 'answers_file'"),
    "answers as text": ("recommend", {"answers": "domain=cv"}, "answers: 'domain=cv' is not a mapping."),
    "answers as a list": ("recommend", {"answers": [1]}, "answers: [1] is not a mapping."),
    "an argument that is not known": ("compare", {"answers": {}, "option": []}, "Did you mean 'options'?"),
    "a flag as text": ("recommend", {"answers": {}, "detail": "yes"}, "detail: 'yes' is not true or false."),
    "a number as a flag": ("recommend", {"answers": {}, "detail": 1}, "detail: 1 is not true or false."),
    "options as text": ("compare", {"answers": {}, "options": "jax"}, "options: 'jax' is not a list."),
    "options that are none": ("compare", {"answers": {}, "options": ["jaxx"]}, "Did you mean 'jax'?"),
    "options that are no text": ("compare", {"answers": {}, "options": [{}]}, "options.0: {} is not text."),
    "a word that is not known": ("recommend", {"answers": {"domain": "cvv"}}, "Did you mean 'cv'?"),
    "a version as a number": ("recommend", {"answers": {"python_version": 3.1}}, "without quotes this is a number"),
    "no day": ("recommend", {"answers": {}, "as_of": "soon"}, "as_of: 'soon' is no day."),
    "no question": ("explain", {"answers": {}}, "the argument 'question' is missing."),
    "another question": ("explain", {"answers": {}, "question": "who"}, "question: 'who' is not known."),
    "nothing to explain": ("explain", {"answers": {}, "question": "why"}, "why takes the argument 'about'."),
    "no changes": ("explain", {"answers": {}, "question": "what-if"}, "what-if takes the argument 'changes'."),
    "no finding": ("explain", {"answers": {}, "question": "how", "about": "x"}, "'x' is no finding and no rule."),
    "no level": ("explain", {"answers": {}, "question": "why", "about": "jax", "levels": 0}, "0 is less than 1."),
    "no key": ("vocabulary", {"key": "domian"}, "Did you mean 'domain'?"),
    "no id": ("show", {"id": "../../etc/passwd"}, "'../../etc/passwd' is not known"),
    "no file without a root": ("recommend", {"answers_file": "answers.yaml"}, "this server reads no files."),
    "a huge text": ("recommend", {"answers": {"domain": "x" * 2_000_000}}, "is not a word of domain."),
    "a huge number": ("recommend", {"answers": {"latency_ms": 10**300}}, "is out of range"),
    "a nest": ("recommend", {"answers": {"domain": [[[[[[[[[[{}]]]]]]]]]]}}, "expected one word of domain."),
    "many keys": ("recommend", {"answers": {f"key{n}": n for n in range(5000)}}, "There is more"),
}


def test_a_wrong_call_is_told_what_is_wrong_and_the_next_one_is_answered(home: Path) -> None:
    async def about(client: Client) -> Any:
        said = {name: await refused(client, tool, **given) for name, (tool, given, _) in WRONG.items()}
        return said, await told(client, "recommend", answers={"domain": "cv", "task": "train"})

    said, answer = talk(about, home=home)
    for name, lines in said.items():
        assert any(WRONG[name][2] in line for line in lines), lines
        assert all(line.isprintable() and len(line) < 600 for line in lines)
    assert answer["recommendation"]["primary"] == "pytorch"


def test_what_is_wrong_is_said_in_the_words_of_the_command_line(run: Run, home: Path) -> None:
    async def about(client: Client) -> Any:
        return await refused(client, "recommend", answers={"domian": "cv", "task": "trian", "sizes": {"batch": "x"}})

    ran = run("recommend", "--set", "domian=cv", "--set", "task=trian", "--set", "sizes.batch=x", "--no-detect")
    words = [line.partition(": ")[2].partition(": ")[2] for line in ran.stderr.splitlines()]
    assert [line.partition(": ")[2] for line in talk(about, home=home)] == words


def test_nothing_outside_of_the_root_is_read(home: Path, tmp_path: Path) -> None:
    root, secret = tmp_path / "root", tmp_path / "secret.yaml"
    root.mkdir()
    secret.write_text("domain: cv\n", encoding="utf-8")
    (root / "link.yaml").symlink_to(secret)
    (root / "folder").mkdir()
    (root / "circle").symlink_to(root / "circle")
    names = ["../secret.yaml", str(secret), "link.yaml", "folder/../../secret.yaml", "folder", ".", "", "no.yaml"]
    names += ["circle", "x" * 5000, "\0", "~/secret.yaml", f"file://{secret}", "..\\secret.yaml", "%2e%2e/secret.yaml"]
    if hasattr(os, "mkfifo"):
        os.mkfifo(root / "pipe")
        names.append("pipe")

    async def about(client: Client) -> Any:
        return [await refused(client, "recommend", answers_file=name) for name in names]

    for (line,) in talk(about, "--root", root, home=home):
        assert line.startswith("answers_file: ")
        assert line.isprintable()


def test_an_address_that_leads_nowhere_is_refused(home: Path) -> None:
    uris = ["advisor://fact/none", "advisor://facts/jax", "file:///etc/passwd", "advisor://rule/..%2fx", "", "\x1b"]

    async def about(client: Client) -> Any:
        said = []
        for uri in uris:
            with pytest.raises(MCPError) as caught:
                await client.read_resource(uri)
            said.append(str(caught.value))
        return said

    for line in talk(about, home=home):
        assert line.startswith("uri: ")
        assert line.isprintable()


HANDSHAKE = (
    {
        "jsonrpc": "2.0",
        "id": 0,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": {"name": "test", "version": "0"},
        },
    },
    {"jsonrpc": "2.0", "method": "notifications/initialized"},
)


def call(identity: int, tool: str, arguments: str) -> bytes:
    params = f'{{"name": "{tool}", "arguments": {arguments}}}'
    return f'{{"jsonrpc": "2.0", "id": {identity}, "method": "tools/call", "params": {params}}}'.encode()


NO_CALLS = {
    "nothing": b"",
    "no JSON": b"hello",
    "half of it": b'{"jsonrpc": "2.0", "id": 1',
    "no UTF-8": b"\xff\xfe\x00",
    "a nest": b"[" * 100_000,
    "a nest in a call": call(1, "recommend", '{"answers":' * 20_000 + "1" + "}" * 20_000),
    "a long line": b'"' + b"x" * 5_000_000 + b'"',
    "a number of many digits": call(1, "recommend", '{"answers": {"latency_ms": ' + "9" * 10_000 + "}}"),
    "a number beyond all": call(1, "recommend", '{"answers": {"latency_ms": 1e999}}'),
    "another version": b'{"jsonrpc": "1.0", "id": 1, "method": "tools/list"}',
    "no method": b'{"jsonrpc": "2.0", "id": 1, "method": "no/such"}',
    "no arguments": b'{"jsonrpc": "2.0", "id": 1, "method": "tools/call"}',
    "arguments that are no mapping": call(1, "show", "[]"),
    "a batch": b'[{"jsonrpc": "2.0", "id": 1, "method": "ping"}]',
}


def test_whatever_comes_in_only_the_protocol_goes_out(home: Path) -> None:
    with start("mcp", home=home, stderr=subprocess.DEVNULL) as server:
        assert isinstance(server.stdin, TextIOWrapper)
        assert server.stdout is not None
        for message in HANDSHAKE:
            server.stdin.write(json.dumps(message) + "\n")
        for number, (name, line) in enumerate(NO_CALLS.items(), start=2):
            server.stdin.flush()
            server.stdin.buffer.write(line + b"\n" + call(number, "show", '{"id": "jax.export"}') + b"\n")
            server.stdin.flush()
            for said in server.stdout:
                answer = json.loads(said)
                assert answer["jsonrpc"] == "2.0", name
                if answer.get("id") == number:
                    break
            assert json.loads(answer["result"]["content"][0]["text"])["id"] == "jax.export", name
        server.stdin.close()
        assert server.stdout.read() == ""
        assert server.wait(60) == 0


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal")
def test_it_can_be_interrupted_while_it_waits(home: Path) -> None:
    with start("mcp", home=home) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdin.write(json.dumps(HANDSHAKE[0]) + "\n")
        server.stdin.flush()
        assert json.loads(server.stdout.readline())["id"] == 0
        server.send_signal(signal.SIGINT)
        assert server.wait(60) == 130
        assert server.stderr is not None
        assert server.stderr.read() == "advisor: interrupted\n"


def test_without_its_package_it_is_said_what_to_install(run: Run, tmp_path: Path) -> None:
    ran = run("mcp", env={**shim(tmp_path, BLOCKED.format(names={"mcp"})), **UNWATCHED})
    assert (ran.exit, ran.stdout) == (2, "")
    assert ran.stderr == (
        "advisor: mcp: the package `mcp` is not installed. Install it: pip install 'framework-advisor[mcp]'.\n"
    )


@pytest.mark.parametrize("root", ["no/such", "\x1b[31m"])
def test_a_root_that_is_no_folder_is_refused(run: Run, root: str) -> None:
    ran = run("mcp", "--root", root)
    assert (ran.exit, ran.stdout) == (2, "")
    assert ran.stderr.startswith("advisor: --root: ")
    assert ran.stderr.rstrip("\n").isprintable()


def test_no_other_command_loads_its_package(run: Run) -> None:
    code = "import sys, runpy; sys.argv = ['advisor', *sys.argv[1:]]\n"
    code += "from advisor.cli.main import main; main(); print([n for n in sys.modules if n in ('mcp', 'anyio')])"
    assert run("recommend", "--set", "domain=cv", "--no-detect", program=("-c", code)).stdout.endswith("[]\n")
