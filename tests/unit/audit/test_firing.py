"""Rules in their own examples, and in the situations of others."""

from __future__ import annotations

from dataclasses import replace

from faulting import audited, deriving, found, rule, shipped

from advisor.model.rule import Effects, Example, Put, Rule

TRAIN = Example(answers={"domain": "cv", "task": "train"})
TEACH = Example(answers={"domain": "cv", "task": "teach"})


def sound(identity: str = "PRE-001", **parts: object) -> Rule:
    return rule(identity, "{task: train}", **{"fires": TRAIN, "misses": TEACH, **parts})


def test_a_sound_rule_is_let_be() -> None:
    checks = {one.check for one in audited(sound()).problems}
    assert checks == {"words"}


def test_a_rule_that_does_not_fire_in_its_example_is_told_what_is_in_the_way() -> None:
    one = rule("PRE-001", "{all: [{domain: cv}, {task: teach}, {latency_ms: {lt: 5}}]}", fires=TRAIN, misses=TEACH)
    said = "it does not fire in its own example: task is teach does not hold; latency_ms lt 5 is not known."
    assert found("live", one) == [("PRE-001", said)]


def test_an_option_rule_without_an_option_in_its_example_is_found() -> None:
    one = rule("ELI-001", "{task: train}", fires=TRAIN, misses=TEACH)
    assert found("live", one) == [
        ("ELI-001", "it does not fire in its own example: it is about an option, and the example names none.")
    ]


def test_a_near_miss_that_fires_is_found() -> None:
    other = Example(answers={"domain": "nlp", "task": "train"})
    assert found("near miss", sound(misses=other)) == [("PRE-001", "it fires in its near miss as well.")]


def test_a_miss_that_is_not_near_is_found() -> None:
    far = Example(answers={"domain": "nlp", "task": "teach", "train_hw": "cpu", "train_os": "linux"})
    assert found("near miss", sound(misses=far)) == [
        ("PRE-001", "its near miss differs in 4 answers; expected 1 to 3.")
    ]
    assert found("near miss", sound(misses=TRAIN)) != []


def test_a_near_miss_about_no_option_is_found() -> None:
    one = rule(
        "ELI-001",
        "{task: train}",
        fires=replace(TRAIN, option="jax"),
        misses=replace(TEACH, option="nothing"),
    )
    assert found("near miss", one) == [("ELI-001", "its near miss is about nothing, which is no option.")]


def test_an_example_that_cannot_be_used_is_found() -> None:
    wrong = Example(answers={"domain": "cv", "task": "trian"})
    ((about, message),) = found("live", sound(fires=wrong))
    assert about == "PRE-001"
    assert "Did you mean 'train'?" in message


def test_an_invented_option_is_needed_only_where_no_real_one_will_do() -> None:
    fires = replace(TRAIN, option="ours")
    one = rule("ELI-001", "{maintenance: retired}", fires=fires, misses=replace(TRAIN, option="jax"))
    assert found("live", one) == [("ELI-001", "its example is about an invented option, where mxnet would do.")]
    other = rule("ELI-001", "{licence_class: copyleft}", fires=fires, misses=replace(TRAIN, option="jax"))
    assert found("live", other) == []


def test_an_option_of_an_overlay_does_not_take_the_place_of_an_invented_one() -> None:
    base = shipped()
    added = replace(base.frameworks["mxnet"], id="ours", origin="house")
    others = {name: framework for name, framework in base.frameworks.items() if name != "mxnet"}
    base = replace(base, frameworks={**others, "ours": added})
    fires, misses = replace(TRAIN, option="invented"), replace(TRAIN, option="jax")
    one = rule("ELI-001", "{maintenance: retired}", fires=fires, misses=misses)
    assert found("live", one, base=base) == []


def test_an_example_can_say_which_options_are_compared() -> None:
    def lone(option: str) -> Rule:
        fires, misses = (replace(one, options=(option,)) for one in (TRAIN, TEACH))
        return rule("CAU-001", "{all: [{option: known}, {task: train}]}", fires=fires, misses=misses)

    assert found("live", lone("pytorch")) == []
    # Retired, so that none is left where it is compared alone.
    retired = rule("ELI-002", "{maintenance: retired}")
    said = "it does not fire in its own example: option is known does not hold."
    assert ("CAU-001", said) in found("live", lone("mxnet"), retired)


def test_what_an_example_compares_has_to_be_an_option() -> None:
    fires, misses = (replace(one, options=("pytorch", "pytroch")) for one in (TRAIN, TEACH))
    one = rule("CAU-001", "{all: [{option: known}, {task: train}]}", fires=fires, misses=misses)
    said = [("CAU-001", "its example compares 'pytroch', which is no option.")]
    assert (found("live", one), found("near miss", one)) == (said, said)


def test_a_proposal_that_never_gets_there_is_found() -> None:
    def putting(component: str) -> Rule:
        then = Effects(put=(Put(component=component, place="train", prefer=3),))
        fires, misses = (replace(one, option="pytorch") for one in (TRAIN, TEACH))
        return rule("STK-001", "{task: train}", then=then, fires=fires, misses=misses)

    assert found("live", putting("peft")) == []
    assert found("live", putting("optax")) == [
        ("STK-001", "nothing that it proposes gets into the stack of its own example.")
    ]


def test_a_message_that_cannot_be_filled_in_is_found() -> None:
    assert found("message", sound(message="{task} on {train_hw}.")) != []
    ((about, message),) = found("message", sound(message="Training on {train_hw}."))
    assert (about, message) == ("PRE-001", "train_hw cannot be filled in where it fires.")
    assert found("message", sound(message="On {domain} it is {task}.")) == []


def test_a_message_is_one_sentence() -> None:
    assert len(found("message", sound(message="Not this"))) == 1
    assert len(found("message", sound(message="nor this."))) == 1
    assert len(found("message", sound(message="Nor\nthis."))) == 1
    assert found("message", sound(message="timm has them.")) == []


def test_a_rule_is_covered_by_a_case_or_by_the_example_of_another() -> None:
    one, other = sound(), rule("PRE-002", "{domain: cv}", fires=TRAIN, misses=Example(answers={"domain": "nlp"}))
    lonely = rule("PRE-003", "{task: teach, train_hw: cpu}")
    coverage = audited(one, other, lonely).coverage
    assert (coverage.cases, coverage.covered, coverage.uncovered) == (0, 2, ("PRE-003",))
    asked = audited(one, other, lonely, cases=({"task": "teach", "train_hw": "cpu"},)).coverage
    assert (asked.cases, asked.uncovered, asked.share) == (1, (), 1.0)


def test_its_own_example_covers_no_rule() -> None:
    assert audited(sound()).coverage.uncovered == ("PRE-001",)


def test_a_caution_about_contradictions_hears_of_those_that_are_found_outside_the_rules() -> None:
    against = Example(answers={"train_hw": "google_tpu", "train_os": "macos_arm64"}, option="jax")
    beside = Example(answers={"train_hw": "google_tpu", "train_os": "linux"}, option="jax")
    one = rule("CAU-001", "{clash: definition}", fires=against, misses=beside)
    assert found("live", one) == []
    assert found("near miss", one) == []


def test_a_conclusion_is_heard_by_the_rules_of_an_option() -> None:
    concludes = deriving("DER-900", "{task: train}", "scope", "outside", fires=TRAIN, misses=TEACH)
    fires, misses = (replace(one, option="jax") for one in (TRAIN, TEACH))
    one = rule("ELI-001", "{scope: outside}", fires=fires, misses=misses)
    assert found("live", concludes, one) == []
