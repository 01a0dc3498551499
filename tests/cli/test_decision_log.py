"""`recommend --adr-dir`: the next number, the former record, the list of records, and nobody's file touched."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from advisor.cli.decision_log import keep, slug
from advisor.errors import InputError
from cli.program import Ran, Run, example

LIST = "# Decisions\r\n\r\n<!-- adrlog -->\r\n<!-- adrlogstop -->\r\n\r\nKept as it is.\r\n"


def recorded(run: Run, folder: Path, *more: str) -> Ran:
    answers = ("--answers", example("document_understanding"), "--no-detect", "--depth", "core")
    return run("recommend", *answers, "--adr-dir", folder, *more)


def test_a_record_gets_the_next_number_and_the_answer_is_printed_as_ever(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "docs" / "decisions"
    folder.mkdir(parents=True)
    (folder / "0006-use-records.md").write_text("# Use records\n", encoding="utf-8")
    ran = recorded(run, folder)
    assert ran.exit == 0
    assert ran.stdout.startswith("Build on   pytorch")
    assert ran.stderr == f"advisor: {folder / '0007-build-on-pytorch.md'}: the record was written.\n"
    record = (folder / "0007-build-on-pytorch.md").read_text(encoding="utf-8")
    assert "\n# Build on pytorch\n" in record
    assert {path.name for path in folder.iterdir()} == {"0006-use-records.md", "0007-build-on-pytorch.md"}


def test_the_next_record_of_a_project_names_the_former_one_and_leaves_it_alone(run: Run, tmp_path: Path) -> None:
    first = recorded(run, tmp_path, "--title", "Shop")
    former = tmp_path / "0001-build-shop-on-pytorch.md"
    before = former.read_bytes()
    other, second = (recorded(run, tmp_path, "--title", name) for name in ("Works", "Shop"))
    assert [ran.exit for ran in (first, other, second)] == [0, 0, 0]
    assert "supersedes" not in first.stderr + other.stderr
    assert "It supersedes 0001-build-shop-on-pytorch.md." in second.stderr
    assert former.read_bytes() == before
    record = (tmp_path / "0003-build-shop-on-pytorch.md").read_text(encoding="utf-8")
    assert "Supersedes [0001-build-shop-on-pytorch.md](0001-build-shop-on-pytorch.md)" in record


def test_a_list_of_records_is_brought_up_to_date_between_its_markers_only(run: Run, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_bytes(LIST.encode())
    (tmp_path / "index.md").write_text("* nothing is marked here\n", encoding="utf-8")
    (tmp_path / "0002-a (b).md").write_text("---\nstatus: accepted\n---\n\n# Take it\n", encoding="utf-8")
    ran = recorded(run, tmp_path)
    assert "README.md: its list of records was brought up to date." in ran.stderr
    items = (
        "* [ADR-0002](0002-a%20%28b%29.md) - Take it",
        "* [ADR-0003](0003-build-on-pytorch.md) - Build on pytorch",
    )
    listed = "\r\n".join(["<!-- adrlog -->", "", *items, "", "<!-- adrlogstop -->"])
    expected = LIST.replace("<!-- adrlog -->\r\n<!-- adrlogstop -->", listed)
    assert (tmp_path / "README.md").read_bytes() == expected.encode()
    assert (tmp_path / "index.md").read_text(encoding="utf-8") == "* nothing is marked here\n"


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_links_are_not_followed_out_of_the_folder(run: Run, tmp_path: Path) -> None:
    folder, outside = tmp_path / "records", tmp_path / "outside"
    folder.mkdir()
    outside.mkdir()
    (outside / "README.md").write_text(LIST, encoding="utf-8")
    (outside / "secret.md").write_text("---\ngenerated-by: advisor\n---\n\n# Secret\n", encoding="utf-8")
    (folder / "README.md").symlink_to(outside / "README.md")
    (folder / "0001-secret.md").symlink_to(outside / "secret.md")
    (folder / "0002-build-on-pytorch.md").symlink_to(outside / "not-there.md")
    ran = recorded(run, folder)
    assert ran.exit == 0
    record = (folder / "0003-build-on-pytorch.md").read_text(encoding="utf-8")
    assert "Supersedes" not in record
    assert (outside / "README.md").read_text(encoding="utf-8") == LIST.replace("\r\n", "\n")
    assert {path.name for path in outside.iterdir()} == {"README.md", "secret.md"}


def test_tricks_in_a_name_are_letters_of_a_title(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "records"
    ran = recorded(run, folder, "--title", "../../etc/passwd; `rm` <b> |")
    assert ran.exit == 0
    (record,) = folder.iterdir()
    assert record.name == "0001-build-etc-passwd-rm-b-on-pytorch.md"
    assert [path.name for path in tmp_path.iterdir()] == ["records"]
    assert "\n# Build ../../etc/passwd; \\`rm\\` &lt;b&gt; \\| on pytorch\n" in record.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["a\nb", "\x1b[31m", "a\u202eb", "x" * 201])
def test_a_name_that_cannot_be_printed_is_refused(run: Run, tmp_path: Path, name: str) -> None:
    ran = recorded(run, tmp_path, "--title", name)
    assert (ran.exit, ran.stdout) == (2, "")
    assert "--title" in ran.stderr
    assert list(tmp_path.iterdir()) == []


def test_without_an_answer_there_is_no_record(run: Run, tmp_path: Path) -> None:
    ran = run("recommend", "--answers", example("thin"), "--no-detect", "--adr-dir", tmp_path / "records")
    assert ran.exit == 4
    assert "no record was written" in ran.stderr
    assert not (tmp_path / "records").exists()


def test_what_makes_no_sense_together_is_said(run: Run, tmp_path: Path) -> None:
    ran = run("recommend", "--batch", "-", "--json", "--no-detect", "--adr-dir", tmp_path)
    named = run("recommend", "--set", "domain=cv", "--no-detect", "--title", "Shop")
    file = tmp_path / "file"
    file.touch()
    blocked = recorded(run, file)
    assert [one.exit for one in (ran, named, blocked)] == [2, 2, 2]
    assert "--adr-dir" in ran.stderr
    assert "--title" in named.stderr
    assert "the record cannot be written" in blocked.stderr


def test_writers_at_the_same_time_get_a_number_each(tmp_path: Path) -> None:
    def write(number: int) -> str:
        return keep(tmp_path, f"Title {number % 3}", "", lambda _: f"# {number}\n").record.name

    with ThreadPoolExecutor(8) as writers:
        names = list(writers.map(write, range(40)))
    assert sorted(name[:4] for name in names) == [f"{number:04}" for number in range(1, 41)]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names)


def test_a_record_that_cannot_be_made_leaves_nothing(tmp_path: Path) -> None:
    def broken(_: str) -> str:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        keep(tmp_path, "Title", "", broken)
    assert list(tmp_path.iterdir()) == []


def test_where_only_the_list_cannot_be_written_the_record_stays_and_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "index.md").write_text(LIST, encoding="utf-8")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("advisor.cli.decision_log.replace_file", full)
    with pytest.raises(InputError, match="it was written, but not the list of records: No space left"):
        keep(tmp_path, "Title", "", lambda _: "# Title\n")
    assert (tmp_path / "0001-title.md").read_text(encoding="utf-8") == "# Title\n"
    assert "0001-title" not in (tmp_path / "index.md").read_text(encoding="utf-8")


def test_numbers_stay_as_wide_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "00012-wide.md").touch()
    assert keep(tmp_path, "Next", "", lambda _: "").record.name == "00013-next.md"


def test_a_title_of_no_letters_still_makes_a_name() -> None:
    assert slug("…/\\") == "decision"
    assert len(slug("a" * 500)) == 80
