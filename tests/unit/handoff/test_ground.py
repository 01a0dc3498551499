"""What is known of the place that a stack is installed in, and what is said to be assumed."""

from __future__ import annotations

import platform
import sys

import pytest

from advisor.handoff.ground import ground, place_of, serves
from advisor.model.rule import Place


@pytest.mark.parametrize(
    ("place", "answers", "found"),
    [
        ("train", {"train_os": "linux"}, "linux x86_64"),
        ("train", {"train_os": "windows_wsl2"}, "linux x86_64"),
        ("train", {"train_os": "windows_native"}, "win32 AMD64"),
        ("train", {"train_os": "linux", "accelerator": "GH200"}, "linux aarch64"),
        ("train", {"train_os": "linux", "accelerator": "h100", "host_processor": "arm64"}, "linux aarch64"),
        ("develop", {"develop_os": "linux", "train_os": "linux", "host_processor": "arm64"}, "linux x86_64"),
        ("train", {"accelerator": "gh200"}, "linux aarch64"),
        ("train", {"train_os": "windows_wsl2", "host_processor": "arm64"}, "linux aarch64"),
        ("train", {"train_os": "windows_native", "host_processor": "arm64"}, "win32 ARM64"),
        ("train", {"train_os": "linux", "accelerator": "gh200", "host_processor": "x86_64"}, "linux x86_64"),
        ("develop", {"develop_os": "linux", "train_os": "linux", "accelerator": "gh200"}, "linux x86_64"),
        ("deploy", {"deploy_os": "linux", "deploy_target": "cloud_api", "deploy_hw": "scoring server"}, "linux x86_64"),
        ("deploy", {"deploy_os": "linux", "deploy_target": "batch", "deploy_hw": "AWS Graviton4"}, "linux aarch64"),
        ("develop", {"develop_os": "macos_arm64", "train_os": "linux"}, "darwin arm64"),
        ("deploy", {"deploy_os": "linux", "deploy_target": "jetson"}, "linux aarch64"),
        ("deploy", {"deploy_target": "ios", "deploy_os": "ios", "train_os": "macos_arm64"}, "darwin arm64"),
    ],
)
def test_the_platform_is_that_of_the_answers(place: Place, answers: dict[str, object], found: str) -> None:
    assert ground(place, answers, here=False).platform == found


def test_what_no_answer_says_is_this_machine_where_it_is_here_and_assumed_elsewhere() -> None:
    here = ground("train", {"train_hw": "cpu"}, here=True)
    assert (here.platform, here.python) == (f"{sys.platform} {platform.machine()}", platform.python_version())
    assert (here.assumed, *here.accelerators) == ((), "cpu")
    elsewhere = ground("train", {}, here=False)
    assert (elsewhere.assumed, elsewhere.python) == (("Linux x86_64", "no accelerator"), "")
    assert not elsewhere.accelerators
    assert (elsewhere.python_for(), elsewhere.python_for(">=3.9,<3.12"), elsewhere.python_for("<3.9")) == (
        *("3.12", "3.11"),
        "",
    )


@pytest.mark.parametrize(
    ("answers", "assumed"),
    [
        ({"train_hw": "cpu", "train_os": "linux"}, ("an x86_64 processor",)),
        ({"train_hw": "cpu", "train_os": "linux", "host_processor": "x86_64"}, ()),
        ({"train_hw": "cpu", "host_processor": "x86_64"}, ("Linux",)),
        ({"train_hw": "nvidia_gpu", "host_processor": "arm64"}, ("Linux",)),
    ],
)
def test_only_what_nothing_says_is_assumed(answers: dict[str, object], assumed: tuple[str, ...]) -> None:
    assert ground("train", answers, here=False).assumed == assumed


def test_another_system_than_this_one_is_not_this_machine() -> None:
    other = "windows_native" if sys.platform == "linux" else "linux"
    found = ground("train", {"train_os": other, "train_hw": "cpu"}, here=True)
    assert (found.platform, found.python) == ("win32 AMD64" if sys.platform == "linux" else "linux x86_64", "")


def test_the_place_is_the_one_that_is_here_else_training() -> None:
    assert place_of({}) == "train"
    assert place_of({"here": ("develop", "deploy")}) == "develop"


def test_a_range_that_cannot_be_read_excludes_nothing() -> None:
    assert serves("3.12", "not declared to the index")
    assert not serves("3.12", ">=3.9", "<3.12")
