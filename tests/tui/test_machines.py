"""The tab of the verdict that says what one framework for many kinds of machine comes to."""

from __future__ import annotations

from textual.widgets import TabPane

from advisor.inquiry.interview import Interview, answers
from advisor.render.fleet import text
from tui.machines import deciding
from tui.stories import Told, session, tell

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
