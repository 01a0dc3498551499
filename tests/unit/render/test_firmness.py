from __future__ import annotations

from rendering import EXAMPLES, example

from advisor.frozen import replace
from advisor.model.recommendation import FactFlip, Staying, WeightFlip
from advisor.render.firmness import firmness, lights, staying
from advisor.render.lines import WIDTH

BASE = next(example(path) for path in EXAMPLES if path.stem == "laptop")


def with_flips(*flips: WeightFlip | FactFlip) -> list[str]:
    weights = tuple(flip for flip in flips if isinstance(flip, WeightFlip))
    facts = tuple(flip for flip in flips if isinstance(flip, FactFlip))
    return list(firmness(replace(BASE, sensitivity=replace(BASE.sensitivity, weights=weights, facts=facts))))


def test_a_weight_is_plotted_where_it_is_and_where_it_tips() -> None:
    rise = WeightFlip(criterion="skill", now=0.1, becomes=0.5, to="jax", moved=0.4)
    fall = WeightFlip(criterion="speed", now=0.5, becomes=0.25, to="mlx", moved=0.25)
    lines = with_flips(rise, fall)
    (first,) = [line for line in lines if line.startswith("skill")]
    (second,) = [line for line in lines if line.startswith("speed")]
    assert first.endswith("....o---------------x...................")
    assert second.endswith("..........x---------o...................")
    assert any("weight 10%; from 50.0% on, jax is first" in line for line in lines)
    assert any("weight 50%; from 25.0% down, mlx is first" in line for line in lines)


def test_a_weight_at_the_end_of_the_axis_stays_on_it() -> None:
    whole = WeightFlip(criterion="skill", now=0.0, becomes=1.0, to="jax", moved=1.0)
    (line,) = [line for line in with_flips(whole) if line.startswith("skill")]
    assert line.endswith("o" + "-" * 38 + "x")


def test_a_fact_says_what_it_is_now() -> None:
    known = FactFlip(
        option="jax",
        attribute="adoption",
        criterion="adoption",
        now="wide",
        becomes="rare",
        way=0.9,
        to="mlx",
        status="tie",
        confidence="low",
    )
    said = " ".join(" ".join(with_flips(known, replace(known, now="unknown", attribute="scale"))).split())
    assert "if jax adoption were rare, not wide: then mlx, tied with others" in said
    assert "if jax scale were rare, which is unknown" in said


def test_nothing_is_said_where_nothing_was_looked_for() -> None:
    assert with_flips() == []


def test_every_line_fits() -> None:
    for path in EXAMPLES:
        for line in (*firmness(example(path)), *lights(example(path))):
            assert len(line) <= WIDTH


def test_a_view_in_which_nobody_is_ahead_says_so() -> None:
    everyone = tuple(ranked.option for ranked in BASE.ranking)
    views = tuple(replace(viewed, ahead=everyone) for viewed in BASE.views)
    said = " ".join(lights(replace(BASE, views=views)))
    assert f"sets nobody apart among {len(everyone)} options" in said


def test_staying_says_what_a_move_would_gain() -> None:
    stay = Staying(option="keras", score=0.6, gain=0.1, margin=0.05, excluded=False, worth_moving=True)
    assert staying(stay, "jax").endswith("A move gains 0.10, which is enough to be worth it (0.05).")
    little = replace(stay, gain=0.02, worth_moving=False)
    assert staying(little, "jax").endswith("A move gains 0.02, which is too little to be worth it (0.05).")
    assert staying(replace(stay, excluded=True), "jax").endswith("is ruled out: a move is needed.")
    assert "nothing to move" in staying(stay, "keras")
