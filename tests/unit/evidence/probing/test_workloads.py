from __future__ import annotations

import pytest

from advisor import resources
from advisor.evidence.probing import workloads
from advisor.loading.probes import load_models
from advisor.model.probe import Models, ProbeDefinition, Profile


@pytest.fixture(scope="module")
def models() -> Models:
    return load_models(resources.probes() / "workloads" / "models.yaml")


def predicted(models: Models, workload_class: str, **sizes: int) -> tuple[ProbeDefinition, ...]:
    return workloads.of_profiles(models, [Profile(name="mine", workload_class=workload_class, sizes=sizes)])


def test_a_workload_has_the_sizes_that_are_given_and_else_the_usual_ones(models: Models) -> None:
    (probe,) = predicted(models, "llm_train", batch=7, width=96)
    usual = models.models["step_transformer"].sizes["cpu"]
    assert probe.sizes["cpu"] == {**usual, "batch": 7, "width": 96}
    assert (probe.id, probe.called) == ("step_transformer mine", "step_transformer")
    assert probe.workload is not None
    assert probe.workload.sizes == {"batch": 7, "width": 96}


def test_a_deep_model_is_extrapolated_from_two_depths_which_is_less_sure(models: Models) -> None:
    (exact,), (deep, shallow) = predicted(models, "llm_train", layers=4), predicted(models, "llm_train", layers=12)
    assert [probe.sizes["cpu"]["layers"] for probe in (exact, deep, shallow)] == [4, 3, 1]
    assert deep.id != shallow.id
    workloads_of = [probe.workload for probe in (exact, deep, shallow)]
    assert all(workloads_of)
    known, one, other = (workload for workload in workloads_of if workload)
    assert one.share + other.share == pytest.approx(1.0)
    assert 3 * one.share + 1 * other.share == pytest.approx(12)
    assert known.sd < one.sd < one.sd_alone


def test_what_nobody_gave_is_not_extrapolated(models: Models) -> None:
    (probe,) = predicted(models, "llm_train", batch=2)
    assert probe.sizes["accelerator"]["layers"] == models.models["step_transformer"].sizes["accelerator"]["layers"]


def test_tokens_are_made_fewer_which_makes_the_answer_less_sure(models: Models) -> None:
    (few,), (many,) = (predicted(models, "llm_inference", new_tokens=number) for number in (16, 100))
    assert few.sizes["cpu"]["new_tokens"] == many.sizes["cpu"]["new_tokens"] == 16
    assert few.workload is not None
    assert many.workload is not None
    assert few.workload.sd < many.workload.sd


def test_at_sizes_that_nobody_gave_it_is_the_least_sure(models: Models) -> None:
    (given,), (unknown,) = predicted(models, "rl", batch=4), predicted(models, "rl")
    assert given.workload is not None
    assert unknown.workload is not None
    assert given.workload.sd < unknown.workload.sd


@pytest.mark.parametrize(
    ("workload_class", "sizes", "expected"),
    [
        ("scientific", {"points": 100}, {"step_pinn"}),
        ("scientific", {"solver_steps": 9}, {"step_ode"}),
        ("scientific", {"mlp_width": 9}, {"step_pinn", "step_ode"}),
        ("vision_train", {"depth": 18}, {"step_resnet"}),
        ("vision_train", {"layers": 6}, {"step_vit"}),
        ("vision_inference", {"heads": 3}, {"forward_vit"}),
        ("recsys_train", {}, {"step_dlrm"}),
        ("recsys_train", {"table_rows": 100}, {"step_dlrm"}),
        ("recsys_train", {"tables": 1}, {"step_dlrm"}),
        ("recsys_train", {"tables": 2}, {"step_towers"}),
        ("recsys_train", {"tables": 3}, {"step_ncf"}),
        ("recsys_train", {"tables": 4}, {"step_ncf"}),
        ("recsys_train", {"tables": 5}, {"step_dlrm"}),
    ],
)
def test_words_of_sizes_tell_which_model_is_meant(
    models: Models, workload_class: str, sizes: dict[str, int], expected: set[str]
) -> None:
    assert {probe.called for probe in predicted(models, workload_class, **sizes)} == expected


@pytest.mark.parametrize(
    ("depth", "expected"),
    [
        (8, (3, 1, 0)),
        (18, (4, 2, 0)),
        (20, (3, 3, 0)),
        (34, (4, 2, 0)),
        (50, (4, 2, 1)),
        (152, (4, 2, 1)),
        (3, (1, 1, 0)),
    ],
)
def test_a_depth_is_that_of_the_published_networks(models: Models, depth: int, expected: tuple[int, int, int]) -> None:
    sizes = predicted(models, "vision_train", depth=depth)[0].sizes["cpu"]
    assert (sizes["stages"], sizes["blocks"], sizes["bottleneck"]) == expected


def test_a_large_image_is_for_a_large_network_unless_somebody_says_otherwise(models: Models) -> None:
    ((large,), (narrow,)) = (predicted(models, "vision_train", image=224, **more) for more in ({}, {"width": 8}))
    assert (large.sizes["cpu"]["width"], narrow.sizes["cpu"]["width"]) == (64, 8)


def test_heads_divide_the_width(models: Models) -> None:
    (probe,) = predicted(models, "llm_train", width=90, heads=4)
    assert probe.sizes["cpu"]["width"] % probe.sizes["cpu"]["heads"] == 0


def test_the_number_of_patches_says_how_large_one_is(models: Models) -> None:
    for sizes, patch in (
        ({"image": 64, "sequence": 16}, 16),
        ({"image": 224, "sequence": 256}, 14),
        ({"image": 224, "layers": 2}, 16),
        ({"image": 64, "layers": 2}, 8),
    ):
        (probe,) = predicted(models, "vision_train", **sizes)
        assert probe.sizes["cpu"]["patch"] == patch
    profile = Profile(name="mine", workload_class="vision_train", sizes={"sequence": 16})
    assert workloads.unheeded(models, profile) == ()


def test_words_that_say_nothing_of_a_workload_are_named(models: Models) -> None:
    profile = Profile(name="mine", workload_class="rl", sizes={"batch": 4, "image": 84})
    assert workloads.unheeded(models, profile) == ("sizes.image",)


def test_a_domain_may_mean_another_model_of_its_class(models: Models) -> None:
    def meant(workload_class: str, domain: str) -> list[str]:
        profile = Profile(name="mine", workload_class=workload_class, sizes={"batch": 4}, domain=domain)
        return [name for name, _ in workloads.meant(models, profile)]

    assert meant("llm_train", "nlp") == ["step_encoder"]
    assert meant("llm_train", "llm") == meant("llm_train", "") == ["step_transformer"]
    assert meant("llm_inference", "nlp") == ["decode"]


def test_a_domain_that_means_nothing_is_passed_over(models: Models) -> None:
    texts, pictures = (Profile(name="mine", workload_class="llm_train", domain=word) for word in ("nlp", "cv"))
    assert workloads.unheeded(models, texts) == ()
    assert workloads.unheeded(models, pictures) == ("domain",)


def test_several_profiles_are_probes_of_their_own(models: Models) -> None:
    both = [Profile(name=name, workload_class="rl", sizes={"batch": size}) for name, size in (("a", 1), ("b", 2))]
    probes = workloads.of_profiles(models, both)
    assert [(probe.id, probe.sizes["cpu"]["batch"]) for probe in probes] == [("step_policy a", 1), ("step_policy b", 2)]


def test_a_suite_has_what_smaller_ones_have(models: Models) -> None:
    probes = workloads.by_default(models)
    assert workloads.wanted(probes, "quick") == probes == workloads.wanted(probes, "full")
