"""A tree fits a terminal, is cut where it is asked to be, and says what was cut."""

from __future__ import annotations

import json
from dataclasses import replace

from advisor.model.explanation import Explanation, pruned
from advisor.render.explanation import document, render

FACT = Explanation(
    text="jax.scale is proven.",
    kind="fact",
    id="jax.scale",
    source="jax:README",
    observed="2026-01-01",
    grade="official",
)
ANSWER = Explanation(text="task is train", kind="answer", id="task", origin="answered")
HELD = Explanation(text="scale is proven", kind="condition", id="STK-001", holds="true", because=(FACT,))
FINDING = Explanation(text="It is large.", kind="finding", id="STK-001", because=(HELD, ANSWER))
SECTION = Explanation(text="What carries it", kind="section", id="jax", because=(FINDING,))
WHOLE = Explanation(text="jax is first.", kind="option", id="jax", because=(SECTION,))


def test_each_kind_is_told_in_its_way() -> None:
    assert render(WHOLE, 9) == (
        "jax is first.\n"
        "\n"
        "What carries it\n"
        "- STK-001: It is large.\n"
        "  - met: scale is proven\n"
        "    - jax.scale is proven.\n"
        "      [jax:README, 2026-01-01, official]\n"
        "  - task is train (answered)\n"
    )


def test_what_is_cut_is_counted_in_lines() -> None:
    assert render(WHOLE, 3) == (
        "jax is first.\n"
        "\n"
        "What carries it\n"
        "- STK-001: It is large. [+4]\n"
        "\n"
        "[+N] stands for N lines more: `--levels 4` shows the next of them, `--levels 5`\n"
        "all.\n"
    )
    assert "What carries it [+5]\n" in render(WHOLE, 2)
    assert render(WHOLE, 1).startswith("jax is first.\n\n[+N]")


def test_what_has_aged_says_so() -> None:
    aged = replace(FACT, expires="2026-02-01", expired=True)
    text = render(Explanation(text="x", kind="option", because=(aged,)), 9)
    assert "2026-01-01, official, to be looked at again since 2026-02-01]" in " ".join(text.split())


def test_text_from_outside_obeys_no_terminal() -> None:
    sly = Explanation(text="red \x1b[31m", kind="option")
    assert "\x1b" not in render(sly, 4)


def test_deep_trees_stay_within_the_terminal() -> None:
    deep = FACT
    for _ in range(60):
        deep = Explanation(text="because of what is below " * 4, kind="condition", id="x", because=(deep,))
    assert max(map(len, render(deep, 99).splitlines())) <= 80


def test_json_is_the_same_value_to_the_same_depth() -> None:
    whole = json.loads(document(WHOLE))
    assert whole["because"][0]["because"][0]["because"][1]["origin"] == "answered"
    cut = json.loads(document(WHOLE, 2))
    assert cut["because"][0]["because"] == []
    assert (cut["more"], cut["because"][0]["more"]) == (0, 4)
    assert sum(1 for _ in pruned(WHOLE, 9).walk()) == sum(1 for _ in WHOLE.walk()) == 6
