"""What is kept of the knowledge base gives the same as the files, or is made anew."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from seeding import Folders, copied

from advisor import resources
from advisor.loading import cache, knowledge_files
from advisor.loading.knowledge import load
from advisor.loading.structure import Parts, brief, structure
from advisor.model.knowledge import KnowledgeBase


@pytest.fixture(scope="module")
def base() -> KnowledgeBase:
    return load(use_cache=False)


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file in which the knowledge base is kept, in a home of its own."""
    monkeypatch.setenv("ADVISOR_HOME", str(tmp_path / "home"))
    return tmp_path / "home" / "cache" / "knowledge.json"


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """What is kept of the real knowledge base."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ADVISOR_HOME", str(home))
        load()
    return (home / "cache" / "knowledge.json").read_bytes()


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Folders:
    return copied(tmp_path_factory.mktemp("copied"))


def key_of(content: bytes) -> bytes:
    return str(json.loads(content.split(b"\n")[0])["key"]).encode()


def unread(*_: object) -> None:
    raise AssertionError("the files were read")


def test_a_warm_read_equals_a_cold_one_and_reads_no_file(
    kept: Path, base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert load() == base
    assert kept.is_file()
    monkeypatch.setattr(knowledge_files, "read", unread)
    warm = load()
    assert warm == base
    assert brief(warm) == brief(base)
    assert warm.rules[0].when == base.rules[0].when


def test_what_is_kept_is_json_that_runs_nothing(kept: Path, base: KnowledgeBase) -> None:
    load()
    assert [path.name for path in kept.parent.iterdir()] == ["knowledge.json"]
    label, whole, common, *texts = map(json.loads, kept.read_text(encoding="utf-8").splitlines())
    assert set(label) == {"key"}
    assert structure(KnowledgeBase, whole, Parts(common, [json.dumps(text).encode() for text in texts])) == base


def test_what_is_said_in_many_places_is_kept_once(kept: Path) -> None:
    load()
    lines = kept.read_text(encoding="utf-8").splitlines()
    common = [json.dumps(part) for part in json.loads(lines[2])]
    assert len(set(common)) == len(common) > 1000


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[]",
        b"null",
        b"3",
        b"{}",
        b'{"key": "KEY"}',
        b'{"key":"KEY"}\n',
        b'{"key":"KEY"}\n[]\n[]',
        b'{"key":"KEY"}\nnull\n[]',
        b'{"key":"KEY"}\n{"vocabulary":3}\n[]',
        b'{"key":"KEY"}\n{"frameworks":[],"rules":[{"when":1}]}\n[]',
        b'{"key":"KEY"}\n' + b"[" * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
        b"\x80\x04\x95\x00\x00\x00.",
    ],
)
def test_what_is_damaged_is_made_anew_without_a_word(
    kept: Path, base: KnowledgeBase, sound: bytes, damage: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    kept.parent.mkdir(parents=True)
    kept.write_bytes(damage.replace(b"KEY", key_of(sound)))
    assert load() == base
    assert kept.read_bytes() == sound
    assert capsys.readouterr() == ("", "")


def test_half_a_file_is_made_anew(kept: Path, base: KnowledgeBase, sound: bytes) -> None:
    kept.parent.mkdir(parents=True)
    kept.write_bytes(sound[: len(sound) // 2])
    assert load() == base
    assert kept.read_bytes() == sound


def test_what_was_kept_of_other_files_is_not_used(kept: Path, base: KnowledgeBase, folders: Folders) -> None:
    knowledge, rules = folders.root / "knowledge", folders.root / "rules"
    assert load(own=(knowledge, rules)) == base
    questions = knowledge / "questions.yaml"
    text = questions.read_text(encoding="utf-8")
    questions.write_text(text.replace("What is the project about?", "What is it about?"), encoding="utf-8")
    try:
        changed = load(own=(knowledge, rules))
    finally:
        questions.write_text(text, encoding="utf-8")
    assert changed.questions[0].text == "What is it about?"
    assert changed.digests["knowledge"] != base.digests["knowledge"]
    assert changed.digests["rules"] == base.digests["rules"]
    assert json.loads(kept.read_bytes().split(b"\n")[1])["questions"][0]["text"] == "What is it about?"
    assert load(own=(knowledge, rules)) == base


def test_a_key_that_is_foreign_is_not_read(kept: Path, base: KnowledgeBase) -> None:
    cache.write("mine", (), base)
    assert kept.is_file()
    assert cache.read("mine") == base
    assert cache.read("another") is None


@pytest.mark.parametrize("made", ["a file instead of the home", "a folder instead of the file"])
def test_where_nothing_can_be_kept_the_files_are_read(kept: Path, base: KnowledgeBase, made: str) -> None:
    if made.startswith("a file"):
        kept.parent.parent.write_text("", encoding="utf-8")
    else:
        kept.mkdir(parents=True)
    assert load() == base
    assert load() == base
    if kept.is_dir():
        assert [path.name for path in kept.parent.iterdir()] == ["knowledge.json"]


def test_without_the_cache_nothing_is_kept(kept: Path) -> None:
    load(use_cache=False)
    assert not kept.parent.exists()


def test_the_name_of_a_file_and_its_content_are_both_in_the_digest(tmp_path: Path, base: KnowledgeBase) -> None:
    folders = copied(tmp_path)
    assert folders.load().digests == base.digests
    rules = tmp_path / "rules" / "derive"
    (rules / "scope.yaml").rename(rules / "reach.yaml")
    renamed = folders.load()
    assert renamed.digests["rules"] != base.digests["rules"]
    assert renamed.digests["knowledge"] == base.digests["knowledge"]
    assert {rule.id for rule in renamed.rules} == {rule.id for rule in base.rules}


def test_examples_are_no_part_of_the_knowledge(tmp_path: Path, base: KnowledgeBase) -> None:
    folders = copied(tmp_path)
    for path in (tmp_path / "knowledge" / "examples").iterdir():
        path.write_text("domain: nlp\n", encoding="utf-8")
    assert folders.load().digests == base.digests


def test_the_program_that_reads_is_part_of_the_key(
    kept: Path, base: KnowledgeBase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load()
    before = key_of(kept.read_bytes())
    other = tmp_path / "model.py"
    other.write_text("", encoding="utf-8")
    monkeypatch.setattr(resources, "models", lambda: (other,))
    assert load() == base
    assert key_of(kept.read_bytes()) != before
