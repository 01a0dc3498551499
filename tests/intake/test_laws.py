"""No bytes in any file make the reading of a project fail."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from advisor.intake.project import kinds
from advisor.intake.project.known import Known, is_below
from advisor.intake.project.python_range import minors
from advisor.intake.project.seen import range_of
from intake.trees import build, described, read, signs

NAMES = sorted(
    {name.replace("*", "x") for kind in kinds._KINDS for name in kind.named.split()}
    | {"requirements-dev.txt", "model.onnx", "tests/conftest.py"}
)
FRAGMENTS = [
    *"{}[]()\"'=:#,\n\\-.*~^<>! \t\0",
    *(
        "import ",
        "from ",
        "torch",
        "jax",
        " as ",
        "def f():\n ",
        "try:\n ",
        "except ImportError:\n ",
        "==",
        "2.4",
        ">=",
    ),
    *("[project]\n", "dependencies", '"cells"', '"cell_type": "code"', '"source"', "- pip:\n", "FROM ", "image: "),
    *("[[package]]\n", 'name = "torch"\n', "[options]\n", "setup(", "install_requires=[", "python", "\ud800", "é"),
]
TEXTS = st.lists(st.sampled_from(FRAGMENTS), max_size=30).map(lambda parts: "".join(parts).encode("utf-8", "replace"))


@given(name=st.sampled_from(NAMES), content=TEXTS | st.binary(max_size=80))
def test_no_content_of_any_kind_of_file_makes_it_fail(name: str, content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        found = read(build(Path(folder), {name: content, "own/setup.py": "setup(install_requires=['mlx==0.22.0'])"}))
    uses = {use.part for part in found.parts for use in part.uses}
    assert "mlx" in uses


@given(st.text(st.sampled_from("0123456789.*^~=<>!, abc-+"), max_size=20))
def test_any_text_is_a_range_or_none(text: str) -> None:
    assert isinstance(minors(range_of(text)), tuple)
    assert is_below(range_of(text), "2") in (True, False)


@given(st.integers(0, 30), st.integers(0, 30))
def test_a_version_is_below_exactly_the_later_ones(one: int, other: int) -> None:
    assert is_below(f"1.{one}", f"1.{other}") is (one < other)
    assert is_below(f">=1,<1.{one}", f"1.{other}") is (one <= other)


def test_what_lies_in_a_test_settles_nothing() -> None:
    tree = described("language_model_tuning")
    moved = {f"tests/{name}": content for name, content in tree["files"].items()}
    with tempfile.TemporaryDirectory() as folder:
        found = read(build(Path(folder), moved))
    assert found.parts == ()


def test_every_sign_is_found_by_what_it_is_recognised_by() -> None:
    known = Known(signs())
    for sign in signs().signs:
        for mark in sign.mark:
            assert mark in known.marks
        for name in sign.name:
            assert sign in list(known._of_name(f"{name}.more" if not name.startswith(".") else name))
