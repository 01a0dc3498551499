"""Other lights on the same options, and what doing nothing would mean."""

from __future__ import annotations

from test_whatif import ask

LAPTOP = {"domain": "cv", "task": "train", "train_hw": "cpu", "train_os": "linux", "deploy_target": "onprem_server"}


def test_every_view_names_options_that_remain() -> None:
    answer = ask(LAPTOP, full=True)
    remaining = {ranked.option for ranked in answer.ranking}
    assert {viewed.view for viewed in answer.views} == {"fastest", "safest", "soonest", "freest"}
    for viewed in answer.views:
        assert viewed.ahead
        assert set(viewed.ahead) <= remaining


def test_a_view_about_which_the_answers_say_nothing_is_left_out() -> None:
    answer = ask({"domain": "general"}, full=True)
    assert "fastest" not in {viewed.view for viewed in answer.views}


def test_the_first_is_on_the_front() -> None:
    answer = ask(LAPTOP, full=True)
    assert answer.ranking[0].option in answer.front


def test_without_code_there_is_nothing_to_stay_with() -> None:
    assert ask(LAPTOP, full=True).staying is None


def test_who_has_the_code_of_the_first_has_nothing_to_move() -> None:
    staying = ask({**LAPTOP, "existing_code": "pytorch"}, full=True).staying
    assert staying is not None
    assert (staying.option, staying.gain, staying.worth_moving) == ("pytorch", 0.0, False)


def test_staying_with_what_is_ruled_out_is_no_choice() -> None:
    staying = ask({**LAPTOP, "existing_code": "mxnet"}, full=True).staying
    assert staying is not None
    assert (staying.option, staying.excluded, staying.worth_moving) == ("mxnet", True, True)


def test_a_move_has_to_gain_more_than_the_margin() -> None:
    answer = ask({**LAPTOP, "existing_code": "jax", "code_size": "small"}, full=True)
    staying = answer.staying
    assert staying is not None
    assert staying.option == "jax"
    assert staying.gain == answer.ranking[0].score - staying.score
    assert staying.worth_moving is (staying.gain >= staying.margin)
