"""The tab of the verdict that says what one framework for many kinds of machine comes to."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from cli.program import Run
from kinds.made_up import APPLE, CPU, fleet, measured
from textual.widgets import TabPane

from advisor.evidence.keeping import store
from advisor.inquiry.interview import Interview, answers
from advisor.render.fleet import text
from tui.machines import deciding
from tui.stories import Told, session, tell
from tui.terminal import Terminals

BEGUN = Interview({"domain": "llm", "task": "finetune", "here": ("train",)})


def tabs(told: Told) -> list[str]:
    return [str(pane.id) for pane in told.app.screen.query(TabPane)]


def test_the_tab_says_what_the_command_says() -> None:
    async def story(told: Told) -> None:
        await told.press("ctrl+n", "5")
        assert tabs(told)[-1] == "machines"
        same = text.render(deciding(answers(BEGUN, session().base.vocabulary)))
        assert told.said("#machines Static") == same.rstrip("\n")

    tell(story, begun=BEGUN, machines=deciding)


def test_of_one_kind_there_is_no_such_tab() -> None:
    async def story(told: Told) -> None:
        await told.press("ctrl+n", "4", "5")
        assert "machines" not in tabs(told)
        assert told.app.screen.query_one("#sources").has_focus_within

    tell(story, begun=BEGUN)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there are no such terminals")
@pytest.mark.parametrize("named", [False, True], ids=["stored", "named"])
def test_the_program_has_the_tab_where_several_kinds_are_known(
    terminals: Terminals,
    tmp_path: Path,
    named: bool,  # noqa: FBT001
) -> None:
    given: tuple[str, ...] = ()
    if named:
        given = ("--fleet", str(fleet(tmp_path / "fleet")))
    else:
        for machine in (CPU, APPLE):
            store.add(measured(machine), tmp_path)
    opened = terminals("interview", "--set", "domain=llm", "--set", "here=train", *given)
    opened.wait_for(b"answered")
    opened.send(b"\x0e")
    opened.wait_for(b"5 Machines")
    opened.send(b"\x11")
    assert opened.end() == 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--fleet", "nowhere.json"), "nowhere.json: it cannot be read"),
        (("--fleet", "nowhere.json", "--no-detect"), "--no-detect: the machines are what was detected there."),
        (("--nodes", "h100=2"), "--nodes: there are no kinds of machine to count."),
    ],
)
def test_a_mistake_is_told_before_there_is_a_screen(run: Run, arguments: tuple[str, ...], told: str) -> None:
    ran = run("interview", *arguments, env={"TEXTUAL_DRIVER": "textual.drivers.headless_driver:HeadlessDriver"})
    assert (ran.exit, ran.stdout) == (2, "")
    assert told in ran.stderr
