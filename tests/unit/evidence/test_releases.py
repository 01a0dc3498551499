"""From file names, days and marks of an index to what is known of a package."""

from __future__ import annotations

import pytest

from advisor.evidence.releases import Published, digest_of, summed_up
from advisor.model.package import Package

TODAY = "2024-06-01"


def file(name: str, uploaded: str = "2024-05-01", *, withdrawn: bool = False, python: str = ">=3.9") -> Published:
    version = name.split("-")[1] if name.endswith(".whl") else name.rpartition("-")[2].removesuffix(".tar.gz")
    digest = f"sha256:{name}"
    return Published(name=name, version=version, uploaded=uploaded, python=python, digest=digest, withdrawn=withdrawn)


def wheel(tags: str, version: str = "1.0", uploaded: str = "2024-05-01") -> Published:
    return file(f"red-{version}-{tags}.whl", uploaded)


def summed(*files: Published, denied: tuple[str, ...] = ()) -> Package:
    return summed_up(files, TODAY, denied)


PLATFORMS = {
    "py3-none-any": "any",
    "cp311-cp311-manylinux_2_28_x86_64": "linux x86_64",
    "cp311-cp311-manylinux2014_aarch64": "linux arm64",
    "cp311-cp311-manylinux2014_i686": "linux x86",
    "cp311-cp311-manylinux_2_31_armv7l": "linux armv7l",
    "cp311-cp311-manylinux_2_17_ppc64le": "linux ppc64le",
    "cp311-cp311-musllinux_1_2_x86_64": "linux x86_64",
    "cp311-cp311-musllinux_1_2_aarch64": "linux arm64",
    "cp311-cp311-linux_x86_64": "linux x86_64",
    "cp311-cp311-macosx_11_0_arm64": "macos arm64",
    "cp311-cp311-macosx_10_9_x86_64": "macos x86_64",
    "cp311-cp311-macosx_10_9_universal2": "macos universal",
    "cp311-cp311-win_amd64": "windows x86_64",
    "cp311-cp311-win_arm64": "windows arm64",
    "cp311-cp311-win32": "windows x86",
    "cp313-cp313-ios_13_0_arm64_iphoneos": "ios arm64",
    "cp313-cp313-ios_13_0_x86_64_iphonesimulator": "ios x86_64",
    "cp313-cp313-android_21_arm64_v8a": "android arm64",
    "cp313-cp313-android_24_armeabi_v7a": "android armeabi_v7a",
    "cp313-cp313-android_24_x86": "android x86",
    "cp313-cp313-pyodide_2025_0_wasm32": "browser wasm32",
    "cp313-cp313-pyemscripten_2026_0_wasm32": "browser wasm32",
}


@pytest.mark.parametrize(("tags", "platform"), PLATFORMS.items())
def test_a_wheel_is_for_its_system_and_processor(tags: str, platform: str) -> None:
    assert summed(wheel(tags)).wheels == (platform,)


INTERPRETERS = {
    "cp311-cp311-win_amd64": ("3.11",),
    "cp310-cp310-win_amd64": ("3.10",),
    "cp313-cp313t-win_amd64": ("3.13t",),
    "cp39-abi3-win_amd64": (),
    "cp315-abi3.abi3t-win_amd64": (),
    "cp315-abi3t-win_amd64": (),
    "py3-none-any": (),
    "py2.py3-none-any": (),
    "cp38-cp38m-win_amd64": ("3.8",),
    "cp310.cp311-none-win_amd64": ("3.10", "3.11"),
    "pp310-pypy310_pp73-win_amd64": (),
    f"cp3{'1' * 5000}-none-win_amd64": (),
}


@pytest.mark.parametrize(("tags", "interpreters"), INTERPRETERS.items())
def test_a_wheel_is_for_the_interpreters_that_it_is_tied_to(tags: str, interpreters: tuple[str, ...]) -> None:
    assert summed(wheel(tags)).interpreters == interpreters


def test_wheels_of_the_newest_release_come_together_in_order_of_version() -> None:
    found = summed(
        wheel("cp39-cp39-win_amd64", "0.9"),
        wheel("cp310-cp310-manylinux_2_28_x86_64.manylinux_2_28_aarch64"),
        wheel("cp39-cp39-macosx_11_0_arm64"),
        wheel("cp313-cp313-macosx_11_0_arm64"),
        wheel("cp313-cp313t-macosx_11_0_arm64"),
    )
    assert found.wheels == ("linux arm64", "linux x86_64", "macos arm64")
    assert found.interpreters == ("3.9", "3.10", "3.13", "3.13t")


def test_a_release_without_wheels_has_none() -> None:
    found = summed(file("red-1.0.tar.gz"))
    assert (found.wheels, found.interpreters, found.latest) == ((), (), "1.0")


def test_a_file_whose_name_is_no_wheel_says_nothing_of_platforms() -> None:
    broken = Published(name="red-1.0.whl", version="1.0", uploaded="", python="", digest="", withdrawn=False)
    assert summed(broken).wheels == ()


def test_releases_are_ordered_as_versions_are_not_as_words() -> None:
    found = summed(*(file(f"red-{version}.tar.gz") for version in ("1.10", "1.9", "1.2.1", "1.2")))
    assert (found.latest, found.versions) == ("1.10", "1.2 1.2.1 1.9 1.10")


def test_a_version_that_is_none_is_passed_over() -> None:
    odd = Published(name="x", version="2004-spring", uploaded=TODAY, python="", digest="", withdrawn=False)
    assert summed(odd, file("red-1.0.tar.gz")).versions == "1.0"
    assert summed(odd) == summed()


def test_a_version_of_more_digits_than_a_number_has_is_passed_over() -> None:
    long = wheel("py3-none-any", "1" * 5000)
    named = Published(name=long.name, version="2.0", uploaded=TODAY, python="", digest="", withdrawn=False)
    assert summed(long, file("red-1.0.tar.gz")).versions == "1.0"
    assert summed(named).wheels == ()


def test_previews_count_only_where_there_is_nothing_else() -> None:
    previews = [file(f"red-2.0{kind}.tar.gz") for kind in ("rc1", "b2", ".dev3")]
    assert summed(*previews).latest == "2.0rc1"
    with_final = summed(*previews, file("red-1.0.tar.gz"))
    assert (with_final.latest, with_final.versions) == ("1.0", "1.0")
    assert summed(file("red-1.0.tar.gz"), file("red-1.0.post1.tar.gz")).latest == "1.0.post1"


def test_a_withdrawn_release_is_named_and_never_the_newest() -> None:
    found = summed(
        file("red-1.0.tar.gz", "2024-04-01"), file("red-2.0.tar.gz", withdrawn=True), wheel("py3-none-any", "0.9")
    )
    assert (found.latest, found.released, found.withdrawn) == ("1.0", "2024-04-01", ("2.0",))


def test_a_release_is_withdrawn_only_with_all_its_files() -> None:
    found = summed(file("red-2.0.tar.gz", withdrawn=True), wheel("py3-none-any", "2.0"), file("red-1.0.tar.gz"))
    assert (found.latest, found.withdrawn) == ("2.0", ())


def test_where_everything_is_withdrawn_there_is_nothing_to_take() -> None:
    gone = summed(file("red-1.0.tar.gz", withdrawn=True), file("red-2.0.tar.gz"), denied=("2.0",))
    assert (gone.latest, gone.released, gone.python, gone.wheels) == ("unknown", "unknown", "unknown", ())
    assert (gone.first, gone.withdrawn, gone.versions) == ("2024-05-01", ("1.0",), "1.0 2.0")
    assert (summed().latest, summed().first, summed().versions) == ("unknown", "unknown", "")


@pytest.mark.parametrize("written", ["2.0", "2.0.0", "2", "v2.0"])
def test_a_denied_release_is_never_the_newest_however_it_is_written(written: str) -> None:
    found = summed(file("red-1.0.tar.gz"), file("red-2.0.tar.gz"), denied=(written, "no version"))
    assert (found.latest, found.versions, found.withdrawn) == ("1.0", "1.0 2.0", ())


def test_a_release_was_made_on_the_day_of_its_first_file() -> None:
    found = summed(wheel("py3-none-any", "1.0", "2024-05-09"), file("red-1.0.tar.gz", "2024-05-02"))
    assert found.released == "2024-05-02"
    assert found.first == "2024-05-02"


def test_cadence_is_that_of_the_two_years_before() -> None:
    days = ["2020-01-01", "2022-06-01", "2022-06-02", "2023-06-02", "2024-05-01", "2024-05-11"]
    found = summed(*(file(f"red-1.{i}.tar.gz", day) for i, day in enumerate(days)))
    assert (found.first, found.recent, found.every) == ("2020-01-01", 4, 334)


@pytest.mark.parametrize(("days", "every"), [((), 0), (("2024-05-01",), 0), (("2024-05-01", "2024-05-11"), 10)])
def test_a_gap_needs_two_releases(days: tuple[str, ...], every: int) -> None:
    files = [file("red-0.1.tar.gz", ""), *(file(f"red-1.{i}.tar.gz", day) for i, day in enumerate(days))]
    assert (summed(*files).every, summed(*files).recent) == (every, len(days))


def test_an_index_that_names_no_days_leaves_them_unknown() -> None:
    found = summed(file("red-1.0.tar.gz", ""), file("red-2.0.tar.gz", ""))
    assert (found.released, found.first, found.recent, found.every) == ("unknown", "unknown", 0, 0)
    assert found.observed == TODAY


def test_python_is_what_the_newest_release_asks_for() -> None:
    found = summed(
        file("red-1.0.tar.gz", python=">=3.7"), file("red-2.0.tar.gz", python=""), wheel("py3-none-any", "2.0")
    )
    assert found.python == ">=3.9"
    assert summed(file("red-1.0.tar.gz", python="")).python == ""


def test_the_digest_of_a_release_is_that_of_its_first_file_by_name() -> None:
    files = [file("red-2.0.tar.gz"), wheel("py3-none-any"), file("red-1.0.tar.gz")]
    assert digest_of(files, "1.0") == "sha256:red-1.0-py3-none-any.whl"
    assert digest_of(reversed(files), "1.0") == "sha256:red-1.0-py3-none-any.whl"
    assert digest_of(files, "3.0") == ""
