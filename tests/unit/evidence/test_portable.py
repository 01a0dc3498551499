from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.evidence.portable import portable


@pytest.mark.parametrize(
    ("said", "sent"),
    [
        ("/home/ada/.venv/bin/python does not start", "…/python does not start"),
        ("'/home/Ada L/my env/bin/python' -m pip install jax", "…/python -m pip install jax"),
        (r"C:\Users\ada\python.exe: not found", "…/python.exe: not found"),
        (r'"C:\Program Files\Ada\python.exe" ended', "…/python.exe ended"),
        ("~ada/work/x.so and ~/work/y.so", "…/x.so and …/y.so"),
        (r"\\server\ada\x.dll", "…/x.dll"),
        ("File /home/ada/a.py:12, in /home/ada/b.py", "File …/a.py:12, in …/b.py"),
        ("(/root/x)", "(…/x)"),
        ("/home/Ada L/bin/python does not start", "…/python does not start"),
        ("/home/ada/", "…/ada"),
        ("read from /proc/cpuinfo and /sys/class/drm", "read from /proc/cpuinfo and /sys/class/drm"),
        ("step_policy is not for jax/jit; and/or 3/4", "step_policy is not for jax/jit; and/or 3/4"),
        ("AMD EPYC 7B13", "AMD EPYC 7B13"),
    ],
)
def test_of_a_path_only_its_last_part_leaves_the_machine(said: str, sent: str) -> None:
    assert portable(said) == sent
    assert portable({"a": [said], "b": 1}) == {"a": [sent], "b": 1}


texts = st.text(st.sampled_from("/\\~'\"ab :;…C.pros"), max_size=40)


@given(texts)
def test_done_twice_it_comes_to_the_same(text: str) -> None:
    once = portable(text)
    assert portable(once) == once


@given(st.recursive(st.none() | st.booleans() | st.floats() | texts, lambda parts: st.lists(parts) | st.tuples(parts)))
def test_figures_are_rounded_alike_however_often(value: object) -> None:
    once = portable(value, 9)
    assert repr(portable(once, 9)) == repr(once)
