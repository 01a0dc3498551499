from __future__ import annotations

from pathlib import Path

import pytest

from advisor import resources
from advisor.errors import InputError
from advisor.loading.knowledge import load
from advisor.loading.signs import load_signs

WRONG = """
present: [existing_kode]
says_more: {existing_code: {jax_haiku: [jaxx]}}
together: {}
borrowed: {}
signs:
- {package: [torch], says: {existing_code: pytorhc}, sure: certain, reason: "x"}
- {package: [torch], says: {model_params_b: "7"}, sure: certain, reason: "x"}
- {package: [torch], part: pytroch, sure: certain, reason: "x"}
- {part: pytorch, sure: certain, reason: "x"}
- {package: [torch], sure: certain, reason: "x"}
- {package: [torch], part: pytorch, below: new, sure: certain, reason: "x"}
- {package: [x], says: {chip: cpuu}, sure: certain, reason: "x"}
"""


def test_the_signs_that_come_with_the_program_are_sound() -> None:
    signs = load_signs(resources.knowledge(), load().vocabulary)
    assert {"existing_code", "python_version"} == set(signs.present)
    assert all(sign.reason for sign in signs.signs)


def test_all_that_is_wrong_with_signs_is_said_at_once(tmp_path: Path) -> None:
    (tmp_path / "signs.yaml").write_text(WRONG, encoding="utf-8")
    with pytest.raises(InputError) as raised:
        load_signs(tmp_path, load().vocabulary)
    said = "\n".join(map(str, raised.value.problems))
    for wrong in ("existing_kode", "jaxx", "pytorhc", "model_params_b", "pytroch", "'new' is not a version", "cpuu"):
        assert wrong in said
    assert "nothing says how it is recognised" in said
    assert "it says nothing" in said
    assert "signs.yaml:7" in said


def test_a_sureness_that_is_none_is_refused_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "signs.yaml").write_text(WRONG.replace("sure: certain", "sure: surely", 1), encoding="utf-8")
    with pytest.raises(InputError, match=r"signs\.yaml:7.*'surely' is not allowed"):
        load_signs(tmp_path, load().vocabulary)
