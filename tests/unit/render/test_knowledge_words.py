"""What is known in words: within 80 columns, in an order that helps, and never obeyed."""

from __future__ import annotations

import pytest

from advisor.model.fact import Fact, Source
from advisor.model.knowledge import Folklore, Standing
from advisor.render import knowledge as words
from advisor.upkeep.completeness import Coverage
from advisor.upkeep.differences import Answered, Change, Reanswered
from advisor.upkeep.staleness import Stale
from advisor.upkeep.table import Cell, Row, Table
from advisor.upkeep.verification import Held

SOURCE = Source(ref="r", observed="2024-06-01", grade="official")


def fact(identity: str = "red.state", value: str = "x") -> Fact:
    attribute = identity.partition(".")[2]
    return Fact(id=identity, attribute=attribute, value=value, source=SOURCE, expires="2024-07-01")


def table(*subjects: str, text: str = "x", title: str = "Title") -> Table:
    cells = {s: Cell(text=text, facts=("f",), grades=("official",), observed="2024-06-01") for s in subjects[:1]}
    return Table(subjects=subjects, rows=(Row(attribute="a", title=title, meaning="m " * 60, cells=cells),))


@pytest.mark.parametrize("subject", ["red", "a-rather-long-name-of-a-framework", "n" * 90])
@pytest.mark.parametrize("text", ["x", "many words " * 30, "unbroken" * 40])
def test_a_table_fits_a_terminal_whatever_is_in_it(subject: str, text: str) -> None:
    said = words.table_text(table(subject, "blue", text=text))
    assert max(map(len, said.splitlines())) <= 80
    assert "not stated" in said
    assert text[:4] in said


def test_markdown_has_a_row_for_each_attribute_and_a_column_for_each_subject() -> None:
    assert words.table_markdown(table("red", "blue", text="a|b\nc")).splitlines() == [
        "| | red | blue |",
        "|---|---|---|",
        "| Title | a\\|b c | not stated |",
    ]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a\\|b", "a\\\\\\|b"),
        ("<b>&amp;", "&lt;b&gt;&amp;amp;"),
        ("`x` *y* _z_ [l](u) ~~s~~", "\\`x\\` \\*y\\* \\_z\\_ \\[l\\](u) \\~\\~s\\~\\~"),
        ("a\r\nb\x0bc\u2029d\x85e", "a b c d e"),
        ("\x1b[31m", "?\\[31m"),
    ],
)
def test_what_markdown_would_obey_is_written_as_what_it_is(text: str, written: str) -> None:
    assert f"| Title | {written} |" in words.table_markdown(table("red", text=text))


def test_what_is_stale_is_said_with_its_day() -> None:
    said = words.stale(
        [Stale(fact=fact(), since="2024-07-01", days=days, why="w") for days in (-3, 0, 1, 12)], "2024-07-01"
    )
    assert [line.split(" (")[0] for line in said.splitlines()] == [
        "red.state: since 2024-07-01",
        "red.state: since 2024-07-01",
        "red.state: in 1 day",
        "red.state: in 12 days",
    ]
    assert words.stale([], "2024-07-01") == "Nothing has to be looked at again by 2024-07-01.\n"


def test_what_does_not_hold_comes_first() -> None:
    held = [Held(fact=f"{v}.x", verdict=v, found="f") for v in ("holds", "older", "contradicted", "denied")]
    assert [line.split()[0] for line in words.held(held).splitlines()] == ["denied", "contradicted", "older", "holds"]
    assert "None of the packages" in words.held([])


def test_beliefs_that_do_not_hold_come_first() -> None:
    def belief(standing: Standing) -> Folklore:
        return Folklore(id=f"b-{standing}", belief="b", standing=standing, truth="t", source=SOURCE)

    said = words.beliefs([belief("true"), belief("unverified"), belief("outdated"), belief("wrong")])
    assert [line for line in said.splitlines() if line.startswith("b-")] == [
        "b-wrong",
        "b-outdated",
        "b-unverified",
        "b-true",
    ]


def test_coverage_is_one_line_for_each_framework_and_one_for_all_components() -> None:
    part = Coverage(facts=8, unknown=1, primary=6, missing=())
    assert words.checked({"red": part}, {"a": part, "b": part}, 3, 4).splitlines() == [
        "red                8 facts,  75% primary,   1 unknown",
        "2 components      16 facts,  75% primary,   2 unknown",
        "3 beliefs, 4 rules.",
    ]
    wrong = words.checked({}, {}, 0, 0, ["red is \x1b[31m\u202e\nproblem: none", "blue is not."])
    assert wrong.splitlines()[2:] == ["problem: red is ?[31m??problem: none", "problem: blue is not."]


def answered(primary: str, *stack: str) -> Answered:
    return Answered(primary=primary, status="decided", flags=(), stack=stack)


def test_an_answer_that_changed_says_only_what_changed_in_it_and_what_would_be_right() -> None:
    change = Change(kind="changed", id="red.state", before="a", after="b")
    case = Reanswered(
        case="c1", title="One", before=answered("red", "x (train)"), after=answered("blue"), acceptable=("red", "green")
    )
    assert words.changes([change], [case]).splitlines() == [
        "changed red.state",
        "    was a",
        "    is  b",
        "",
        "1 gold case is answered differently.",
        "c1: One",
        "    primary: red -> blue",
        "    stack: x (train) -> none",
        "    right would be red or green",
    ]
    assert words.changes([], []).splitlines()[0] == "No fact, rule or constant has changed."
    fine = Reanswered(case="c2", title="Two", before=answered("blue"), after=answered("red"), acceptable=("red",))
    assert "2 gold cases are answered differently." in words.changes([], [case, fine])
    assert "right would be" not in words.changes([], [fine])


def test_a_terminal_obeys_nothing_that_is_in_a_fact() -> None:
    hostile = "\x1b]0;title\x07\x9b2J\u202etxt\r\x08"
    said = words.fact(fact("red.state", hostile)) + words.framework(hostile, hostile, [fact("red.state", hostile)])
    assert all(line.isprintable() for line in said.split("\n"))
    assert "title" in said
