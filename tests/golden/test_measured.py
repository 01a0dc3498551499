"""What people see of a run, word for word and line for line."""

from __future__ import annotations

import pytest

from advisor.render.measurements import FORMATS, as_text
from golden.keeping import hold
from golden.made_up_run import MEASURED

KEPT = {"text": "measured.txt", "markdown": "measured.md", "svg": "measured.svg"}


@pytest.mark.parametrize("form", KEPT)
def test_a_run_in_every_format_for_people(form: str) -> None:
    hold(KEPT[form], FORMATS[form](MEASURED))


def test_the_chart_in_ascii_differs_only_in_its_signs() -> None:
    text, plain = as_text(MEASURED), as_text(MEASURED, unicode=False)
    assert plain == text.translate(str.maketrans("●─├┤◂▸┊", "o-||<>:"))
    assert KEPT.keys() == FORMATS.keys() - {"json"}
