"""What has to hold of any facts, any files of an index, and any text in a table."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.version import Version

from advisor.cli.refreshing import _write
from advisor.evidence.index import Asked
from advisor.evidence.releases import Published, summed_up
from advisor.loading.folders import Folder
from advisor.loading.problems import Problems
from advisor.loading.registry import read_registry
from advisor.model.fact import Fact, Source
from advisor.model.knowledge import KnowledgeBase
from advisor.model.package import Canary, Package
from advisor.render.knowledge import table_markdown, table_text
from advisor.upkeep.drawing import draw
from advisor.upkeep.staleness import stale
from advisor.upkeep.table import Cell, Row, Table

SOURCE = Source(ref="", observed="2024-01-01", grade="judged")
DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31)).map(date.isoformat)
EXPIRIES = st.lists(st.just("") | DAYS, max_size=12)
WITHIN = st.integers(0, 400)


def base(expiries: list[str]) -> KnowledgeBase:
    """As much of a knowledge base as upkeep looks at."""
    facts = {
        f"red.a{i}": Fact(id=f"red.a{i}", attribute=f"a{i}", value="x", source=SOURCE, expires=day)
        for i, day in enumerate(expiries)
    }
    return cast("KnowledgeBase", SimpleNamespace(facts=lambda: facts, frameworks={}, folklore=()))


@given(EXPIRIES, DAYS, st.integers(0, 4000), WITHIN)
def test_what_is_stale_on_a_day_is_stale_on_every_later_day(
    expiries: list[str], day: str, more: int, within: int
) -> None:
    later = (date.fromisoformat(day) + timedelta(days=more)).isoformat()
    now, then = (stale(base(expiries), on, within) for on in (day, later))
    assert {one.fact.id for one in now} <= {one.fact.id for one in then}
    assert [one.days - more for one in now] == [one.days for one in then][: len(now)]


@given(EXPIRIES, DAYS, WITHIN, WITHIN)
def test_looking_further_ahead_finds_more_behind_what_was_found(
    expiries: list[str], day: str, near: int, more: int
) -> None:
    short, long = (stale(base(expiries), day, within) for within in (near, near + more))
    assert long[: len(short)] == short
    assert all(one.days <= near for one in short)
    assert all(one.days > near for one in long[len(short) :])
    assert [one.days for one in long] == sorted(one.days for one in long)
    assert all(one.since for one in long)


@given(st.integers(0, 40), st.integers(0, 60), st.integers(0, 10**9))
def test_a_draw_repeats_nothing_and_is_repeated_by_its_seed(held: int, count: int, seed: int) -> None:
    found = draw(base([""] * held), count, seed)
    assert len({one.id for one in found}) == len(found) == min(held, count)
    assert draw(base([""] * held), count, seed) == found


VERSIONS = st.sampled_from(["1.0", "1.0.1", "1.1", "2.0", "2.0rc1", "2.1.dev1", "10.0", "3.0a1", "1.0.post1"])
TAGS = st.sampled_from(["py3-none-any", "cp311-cp311-win_amd64", "cp313-cp313t-macosx_11_0_arm64"])
PUBLISHED = st.builds(
    lambda version, tags, day, gone: Published(
        name=f"red-{version}-{tags}.whl", version=version, uploaded=day, python="", digest="", withdrawn=gone
    ),
    VERSIONS,
    TAGS,
    st.just("") | DAYS,
    st.booleans(),
)


@given(st.lists(PUBLISHED, max_size=8), st.sets(VERSIONS, max_size=3), DAYS, st.randoms(use_true_random=False))
def test_the_newest_release_is_one_that_can_be_taken(
    files: list[Published], denied: set[str], today: str, random: Random
) -> None:
    found = summed_up(files, today, denied)
    shuffled = random.sample(files, len(files))
    assert summed_up(shuffled, today, denied) == found
    finals = {file.version for file in files if not Version(file.version).is_prerelease}
    listed = finals or {file.version for file in files}
    alive = {file.version for file in files if not file.withdrawn} & listed - denied
    assert found.latest == max(alive, key=Version, default="unknown")
    assert found.versions.split() == sorted(listed, key=Version)
    assert found.latest not in {*found.withdrawn, *denied}
    assert found.recent <= len(listed)


TEXT = st.text(st.characters(blacklist_categories=["Cs"]), max_size=30)
SIGNS = st.text("|\\`<>&*_[]~\n\r\x0b\u2028\x1b ab", max_size=12)


def holding(texts: list[str]) -> Table:
    cells = {str(i): Cell(text=text, facts=(), grades=(), observed="2024-01-01") for i, text in enumerate(texts)}
    return Table(subjects=tuple(cells), rows=(Row(attribute="a", title="T", meaning="m", cells=cells),))


@given(st.lists(TEXT | SIGNS, min_size=1, max_size=4))
def test_no_text_breaks_out_of_its_cell(texts: list[str]) -> None:
    lines = table_markdown(holding(texts)).splitlines()
    assert len(lines) == 3
    row, cells, at = lines[2], 0, 0
    while at < len(row):
        cells += row[at] == "|"
        at += 2 if row[at] == "\\" else 1
    assert cells == len(texts) + 2
    assert "<" not in row
    assert row.isprintable()


@given(st.lists(TEXT | SIGNS, min_size=1, max_size=4))
def test_any_text_fits_a_terminal_and_is_not_obeyed(texts: list[str]) -> None:
    lines = table_text(holding(texts)).split("\n")
    assert all(len(line) <= 80 and line.isprintable() for line in lines)


PACKAGES = st.builds(
    Package,
    observed=DAYS,
    latest=VERSIONS | TEXT,
    released=DAYS,
    first=DAYS | st.just("unknown"),
    recent=st.integers(0, 99),
    every=st.integers(0, 99),
    python=TEXT,
    wheels=st.lists(TEXT, max_size=3).map(tuple),
    interpreters=st.lists(st.sampled_from(["3.9", "3.10", "3.13t"]) | TEXT, max_size=3).map(tuple),
    withdrawn=st.lists(VERSIONS, max_size=3).map(tuple),
    versions=st.lists(VERSIONS, max_size=60).map(" ".join),
)


@pytest.mark.parametrize("older", [False, True])
def test_what_is_written_of_an_index_is_read_as_it_was(tmp_path: Path, *, older: bool) -> None:
    @settings(max_examples=60, deadline=None)
    @given(st.dictionaries(st.sampled_from(["red", "blue", "yes", "1.0", "a-b"]), PACKAGES, max_size=3), PACKAGES)
    def holds(packages: dict[str, Package], kept: Package) -> None:
        target = tmp_path / "registry.yaml"
        target.unlink(missing_ok=True)
        canary = Canary(package="mxnet", version="1.9.1", digest="sha256:00")
        if older:
            _write(target, Folder(tmp_path), Asked(canary=canary, packages={"kept": kept, "red": kept}, missing=()))
        _write(target, Folder(tmp_path), Asked(canary=canary, packages=packages, missing=()))
        problems = Problems()
        found = read_registry((Folder(tmp_path),), problems)
        problems.settle()
        before = {"kept": kept, "red": kept} if older else {}
        assert found.canary == canary
        assert dict(found.packages) == {**before, **packages}

    holds()
