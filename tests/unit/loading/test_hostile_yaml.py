"""Files that somebody sent to do harm: each is refused with its place, in bounded time and memory."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from overlaying import HEAD, Overlay
from starting import Ended, begin, end, start, without_room

from advisor.errors import InputError
from advisor.loading import yaml_reader
from advisor.loading.documents import MAX_BYTES, Document
from advisor.loading.knowledge import load
from advisor.loading.problems import Problems
from advisor.loading.structure import brief
from advisor.loading.yaml_reader import read_file

MANY = 100_000
LAUGHS = b"".join(b"a%d: &a%d [%s]\n" % (i, i, b",".join([b"*a%d" % (i - 1)] * 9 if i else [b"ha"])) for i in range(9))

CONTENT = {
    "twice": (b"domain: cv\ndomain: nlp\n", ":2: the key 'domain' stands here again; it was on line 1."),
    "laughs": (LAUGHS, ":1: anchors and aliases"),
    "merged": (b"x: &x {domain: cv}\n<<: *x\n", ":1: anchors and aliases"),
    "python": (b"domain: !!python/object/apply:os.system [id]\n", ":1: the tag 'tag:yaml.org,2002:python/object"),
    "binary": (bytes(range(256)) * 40, ": byte 128 is not UTF-8"),
    "nul": (b"domain: c\0v\n", ":1: broken YAML"),
    "utf16": ("domain: cv\n".encode("utf-16"), ": byte 0 is not UTF-8"),
    "half": (b'domain: "\\ud800"\n', ":1: "),
    "halves": (b"domain: \xed\xa0\x80\n", ": byte 8 is not UTF-8"),
    "lists": (b"[" * MANY, ":1: nested deeper than 40 levels"),
    "mappings": (b"{a: " * MANY, ":1: nested deeper than 40 levels"),
    "blocks": (b"- " * MANY, ":1: nested deeper than 40 levels"),
    "keys": (b"? " * MANY, ":1: a key has to be plain text"),
    "flow": (b"domain: " + b"[" * 60 + b"]" * 60, ":1: nested deeper than 40 levels"),
    "block": (b"".join(b" " * i + b"a:\n" for i in range(60)), ":42: nested deeper than 40 levels"),
    "flat": (b"[" + b"1," * (MAX_BYTES // 2 - 2) + b"1]", ":1: more than 250000 values"),
    "digits": (b"latency_ms: " + b"9" * 1_000_000, ":1 latency_ms: "),
    "long": (b"? " + b"a" * 1_000_000 + b"\n: 1\n", ":1 "),
    "large": (b"", ": the "),
    "open": (b"domain: 'cv", ":"),
}
"""Name of a file to what it holds, and how the problem begins after its name."""


def hostile(folder: Path, name: str) -> Path:
    path = folder / f"{name}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(CONTENT[name][0])
    if name == "large":
        os.truncate(path, 100 * 1024 * 1024)
    return path


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def refused(home: Path, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What is told of an overlay of facts and one of rules that hold nothing but such files."""
    root = tmp_path_factory.mktemp("hostile")
    for name in CONTENT:
        hostile(root / "ours" / "frameworks", name)
        hostile(root / "ours" / "components", name)
        hostile(root / "rules" / "derive", name)
    for folder in (root / "ours" / "frameworks", root / "rules" / "derive"):
        (folder / "folder.yaml").mkdir()
        os.mkfifo(folder / "pipe.yaml")
        (folder / "loop.yaml").symlink_to("loop.yaml")
        (folder / "gone.yaml").symlink_to("nowhere.yaml")
        (folder / "device.yaml").symlink_to("/dev/zero")
    os.mkfifo(root / "ours" / "criteria.yaml")
    (root / "ours" / "registry.yaml").symlink_to("registry.yaml")
    (root / "ours" / "denied.yaml").mkdir()
    ended = start(home, "knowledge", "table", "--knowledge", root / "ours", "--rules", root / "rules")
    return [problem.removeprefix(f"{root}/") for problem in ended.problems]


@pytest.mark.parametrize("name", CONTENT)
@pytest.mark.parametrize("folder", ["ours/frameworks", "ours/components", "rules/derive"])
def test_a_hostile_file_in_an_overlay_is_refused_with_its_place(refused: list[str], folder: str, name: str) -> None:
    own = [problem for problem in refused if problem.startswith(f"{folder}/{name}.yaml")]
    beginning = f"{folder}/{name}.yaml{CONTENT[name][1]}"
    if name in ("digits", "long"):
        beginning = f"{folder}/{name}.yaml:1 "
    assert any(problem.startswith(beginning) for problem in own), own
    assert all(len(problem) < 400 for problem in own)


@pytest.mark.parametrize("folder", ["ours/frameworks", "rules/derive"])
@pytest.mark.parametrize("name", ["folder", "pipe", "loop", "gone", "device"])
def test_what_is_no_file_is_refused_and_not_waited_for(refused: list[str], folder: str, name: str) -> None:
    (problem,) = (problem for problem in refused if problem.startswith(f"{folder}/{name}.yaml"))
    assert problem.startswith(f"{folder}/{name}.yaml: the file cannot be read: ")


@pytest.mark.parametrize("name", ["criteria", "registry", "denied"])
def test_nor_is_it_in_the_place_of_a_file_that_need_not_be_there(refused: list[str], name: str) -> None:
    (problem,) = (problem for problem in refused if problem.startswith(f"ours/{name}.yaml"))
    assert problem.startswith(f"ours/{name}.yaml: the file cannot be read: ")


EACH = """
import sys
from advisor.cli.main import main
for path in sys.argv[1:]:
    status = main(["recommend", "--no-detect", "--answers", path])
    sys.stderr.write(f"advisor: {path} ended with {int(status)}\\n")
sys.exit(2)
"""


@pytest.fixture(scope="module")
def unanswered(home: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What is told of answers in such files, by the name of the file."""
    folder = tmp_path_factory.mktemp("answers")
    paths = {name: hostile(folder, name) for name in CONTENT}
    problems = start(home, *paths.values(), program=("-c", EACH)).problems
    return {name: [p for p in problems if p.startswith(str(path))] for name, path in paths.items()}


@pytest.mark.parametrize("name", CONTENT)
def test_hostile_answers_are_refused_with_their_place(unanswered: dict[str, list[str]], name: str) -> None:
    *problems, last = unanswered[name]
    assert last.endswith(f"/{name}.yaml ended with 2")
    assert any(f"/{name}.yaml{CONTENT[name][1]}" in problem for problem in problems), problems
    assert all(len(problem) < 400 for problem in problems)


def test_answers_without_an_end_are_refused(home: Path) -> None:
    (problem,) = start(home, "recommend", "--no-detect", "--answers", "/dev/zero").problems
    assert problem.startswith("/dev/zero: the input is larger than 4 MB.")


@pytest.mark.parametrize(
    "text",
    [
        HEAD + "".join(f"  maintenence{i}: {{value: x, source: own}}\n" for i in range(20_000)),
        "id: lattice\n" + "".join(f"nme{i}: 1\n" for i in range(20_000)),
        HEAD + f"  licence: {{source: own, value: [{','.join(['[]'] * 20_000)}]}}\n",
    ],
    ids=["facts", "keys", "values"],
)
def test_a_file_of_faults_is_refused_in_bounded_time(home: Path, tmp_path: Path, text: str) -> None:
    overlay = Overlay(tmp_path)
    overlay.write("ours/frameworks/lattice.yaml", text)
    problems = start(home, "knowledge", "table", "--knowledge", overlay.knowledge).problems
    assert "There is more: these are the first 300 problems." in problems
    assert len(problems) == 301


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    overlay = Overlay(tmp_path)
    overlay.write("ours/frameworks/lattice.yaml", HEAD)
    opened = Path.open

    def forbidden(path: Path, *arguments: object, **named: object) -> object:
        if path.name == "lattice.yaml":
            raise PermissionError(13, "Permission denied")
        return opened(path, *arguments, **named)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", forbidden)
    assert overlay.problems(use_cache=True) == [
        "ours/frameworks/lattice.yaml: the file cannot be read: Permission denied. Check the path."
    ]


def test_a_file_that_vanishes_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    overlay = Overlay(tmp_path)
    overlay.write("ours/frameworks/lattice.yaml", HEAD)
    overlay.write("rules/caution/x.yaml", "")

    def too_late(path: Path, problems: Problems, *, name: str | None = None) -> Document | None:
        if path.is_relative_to(tmp_path):
            path.unlink()
        return read_file(path, problems, name=name)

    monkeypatch.setattr(yaml_reader, "read_file", too_late)
    assert overlay.problems() == [
        "ours/frameworks/lattice.yaml: the file cannot be read: No such file or directory. Check the path.",
        "rules/caution/x.yaml: the file cannot be read: No such file or directory. Check the path.",
    ]


SHOW = ("knowledge", "table")


@pytest.fixture(scope="module")
def right(home: Path) -> Ended:
    """The right answer, after which the home holds a sound cache."""
    ended = start(home, *SHOW)
    assert (ended.exit, ended.stderr) == (0, "")
    return ended


def kept(home: Path) -> Path:
    return home / "cache" / "knowledge.json"


def damaged(sound: bytes) -> dict[str, bytes]:
    """What a cache can have become; the key is that of a sound one in all that have any."""
    label, whole, *rest = sound.split(b"\n")
    key = json.loads(label)["key"].encode()
    listed = json.dumps({**json.loads(whole), "frameworks": []}, separators=(",", ":")).encode()
    deep = b"[" * 200_000
    return {
        "truncated": sound[:-1000],
        "one letter": sound.replace(b'"stable"', b'"stabel"', 1),
        "one digit": sound.replace(b'"weight":0.14', b'"weight":0.94', 1),
        "a number for a word": sound.replace(b'"value":"stable"', b'"value":5', 1),
        "a list for a mapping": b"\n".join([label, listed, *rest]),
        "deep": b"\n".join([label, deep, *rest]),
        "another version": sound.replace(key, b"0" * len(key)),
        "more after it": sound + b" " * 10 + b"{}",
        "zeros": bytes(len(sound)),
    }


@pytest.mark.parametrize("damage", damaged(b'{"key":"k"}\n{}\n[]'))
@pytest.mark.usefixtures("right")
def test_a_damaged_cache_is_made_anew_without_a_word(
    home: Path, tmp_path: Path, damage: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sound = kept(home).read_bytes()
    file = kept(tmp_path)
    file.parent.mkdir()
    file.write_bytes(damaged(sound)[damage])
    assert file.read_bytes() != sound
    monkeypatch.setenv("ADVISOR_HOME", str(home))
    expected = brief(load())
    monkeypatch.setenv("ADVISOR_HOME", str(tmp_path))
    assert brief(load()) == expected
    assert file.read_bytes() == sound
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("huge", [True, False])
def test_a_cache_that_is_huge_or_a_pipe_is_not_read(home: Path, right: Ended, tmp_path: Path, *, huge: bool) -> None:
    file = kept(tmp_path)
    file.parent.mkdir()
    if huge:
        file.touch()
        os.truncate(file, 1 << 40)
    else:
        os.mkfifo(file)
    assert start(tmp_path, *SHOW) == right
    assert file.read_bytes() == kept(home).read_bytes()


def test_where_there_is_no_room_for_a_cache_the_answer_is_the_same(right: Ended, tmp_path: Path) -> None:
    assert start(tmp_path, *SHOW, limit=without_room()) == right
    assert list((tmp_path / "cache").iterdir()) == []
    assert start(Path("/proc/none"), *SHOW) == right


def test_several_processes_at_once_leave_one_sound_cache(home: Path, right: Ended, tmp_path: Path) -> None:
    assert [end(process) for process in [begin(tmp_path, *SHOW) for _ in range(2)]] == [right] * 2
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["knowledge.json"]
    assert kept(tmp_path).read_bytes() == kept(home).read_bytes()


def test_a_hostile_file_of_the_programs_own_is_refused_too(tmp_path: Path) -> None:
    for name in ("knowledge", "rules"):
        (tmp_path / name).mkdir()
    os.mkfifo(tmp_path / "knowledge" / "vocabulary.yaml")
    (tmp_path / "knowledge" / "attributes.yaml").mkdir()
    with pytest.raises(InputError) as refusal:
        load(own=(tmp_path / "knowledge", tmp_path / "rules"), use_cache=False)
    assert [str(problem) for problem in refusal.value.problems] == [
        "knowledge/attributes.yaml: the file cannot be read: it is a folder, a pipe or a device. Check the path.",
        "knowledge/vocabulary.yaml: the file cannot be read: it is a folder, a pipe or a device. Check the path.",
    ]
