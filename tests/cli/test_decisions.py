"""A decision is written, renewed, compared, and told what became of it; nothing that a person wrote is ever lost."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import jsonschema
import pytest

from advisor.evidence.keeping import store
from advisor.evidence.machine.detection import identify
from advisor.evidence.machine.overrides import overrides
from cli.decided import DECIDED, LOCK, SITUATION, STACK, World, flat
from cli.program import Ran, Run, example
from cli.shims import ANOTHER_DAY, shim
from cli.small_base import made
from cli.stored import found_here, measured


@pytest.fixture(scope="module")
def template(run: Run, tmp_path_factory: pytest.TempPathFactory) -> str:
    base = made(tmp_path_factory.mktemp("template"))
    base.write("rules/stack/parts.yaml", STACK)
    assert run("recommend", *SITUATION, "--lock", base.root / LOCK, env=base.env).exit == 0
    return (base.root / LOCK).read_text(encoding="utf-8")


@pytest.fixture
def world(run: Run, template: str, tmp_path: Path) -> World:
    base = made(tmp_path / "made")
    base.write("rules/stack/parts.yaml", STACK)
    (tmp_path / LOCK).write_text(template, encoding="utf-8")
    return World(base, tmp_path, run)


def test_it_is_written_beside_the_answer_and_fits_its_schema(run: Run, tmp_path: Path) -> None:
    ran = run("recommend", "--answers", example("laptop"), "--no-detect", "--json", "--lock", cwd=tmp_path)
    assert ran.exit == 0
    assert ran.document["recommendation"]["primary"] == "pytorch"
    written, judged = ran.stderr.splitlines()
    assert written == f"advisor: {LOCK}: the decision was written; keep it under version control."
    data = json.loads((tmp_path / LOCK).read_text(encoding="utf-8"))
    assert f"it was judged by {data['basis']['as_of']}, the day of the knowledge; `check` judges by today." in judged
    assert "--as-of DATE changes the day" in judged
    jsonschema.validate(data, run("schema", "decision").document)
    assert data["verdict"]["primary"] == "pytorch"
    assert data["answers"]["given"]["domain"] == "cv"
    checked = run("check", "--no-detect", "--as-of", data["basis"]["as_of"], "--json", cwd=tmp_path)
    assert checked.exit == 0
    jsonschema.validate(checked.document, run("schema", "check").document)


def test_the_same_answers_and_knowledge_give_the_same_bytes_on_every_day(run: Run, tmp_path: Path) -> None:
    later = shim(tmp_path / "later", ANOTHER_DAY)
    for name, env in (("one", {}), ("two", later)):
        (tmp_path / name).mkdir()
        given = ("recommend", "--answers", example("thin"), "--no-detect", "--lock")
        assert run(*given, cwd=tmp_path / name, env=env).exit == 4
    assert (tmp_path / "one" / LOCK).read_bytes() == (tmp_path / "two" / LOCK).read_bytes()


@pytest.mark.parametrize("given", [("--as-of", DECIDED, "--no-detect"), ("--machine", "cores=8")])
def test_a_day_that_is_chosen_or_today_is_not_told(world: World, given: tuple[str, ...]) -> None:
    ran = world.ask("recommend", "--set", "train_os=linux", *given, "--lock", "new.json")
    assert ran.stderr == "advisor: new.json: the decision was written; keep it under version control.\n"


def test_an_existing_file_is_not_overwritten(world: World) -> None:
    before = world.lock.read_bytes()
    ran = world.ask("recommend", *SITUATION, "--lock")
    assert (ran.exit, ran.stdout) == (2, "")
    assert f"{LOCK}: there is a decision already, and it is not overwritten. `--renew` takes its place" in ran.stderr
    assert world.lock.read_bytes() == before


def test_renewing_keeps_what_people_wrote_and_the_verdict_before(world: World) -> None:
    world.ask("decide", "--chose", "red", "--why", "It was recommended.", "--on", DECIDED)
    world.ask("decide", "--outcome", "It went well.", "--on", "2024-06-10")
    before = world.data
    world.base.edit("knowledge/frameworks/red.yaml", "maintenance: {value: active", "maintenance: {value: retired")
    assert world.check().exit == 6
    assert world.ask("recommend", "--lock", "--renew", "--no-detect", "--threshold", "p_best_fall=0.3").exit == 0
    after = world.data
    assert (after["chosen"], after["outcomes"]) == (before["chosen"], before["outcomes"])
    assert after["answers"] == before["answers"], "without answers, those of the decision are answered again"
    assert after["basis"]["knowledge"] != before["basis"]["knowledge"]
    assert after["thresholds"] == {**before["thresholds"], "p_best_fall": 0.3}
    (past,) = after["history"]
    assert (past["basis"], past["primary"], past["status"]) == (before["basis"], "red", "decided")
    assert world.ask("recommend", "--lock", "--renew", "--set", "train_os=mac", "--no-detect").exit == 4
    assert world.data["answers"]["given"] == {"train_hw": "gpu", "train_os": "mac"}
    assert len(world.data["history"]) == 2


def test_an_overlay_is_told_by_its_name_and_missed_where_it_is_not_given(world: World) -> None:
    house = world.folder / "house"
    (house / "frameworks").mkdir(parents=True)
    (house / "frameworks" / "red.yaml").write_text(NOTED, encoding="utf-8")
    assert world.ask("recommend", "--lock", "--renew", "--no-detect", "--knowledge", house).exit == 0
    assert str(world.folder) not in world.lock.read_text(encoding="utf-8")
    assert world.check("--knowledge", house).stdout.endswith("still holds on 2024-06-15: red.\n")
    ran = world.check()
    assert ran.exit == 0
    assert "Overlays were house then, and are none now: `--knowledge` and `--rules` name them." in flat(ran.stdout)


TURNING = "\u202e\u2066\x9b"
"""What turns the direction of a text around, and what a terminal obeys."""


def test_what_an_overlay_says_turns_no_text_around(world: World) -> None:
    house, rules = world.folder / f"house{TURNING}", world.folder / "rules"
    (house / "frameworks").mkdir(parents=True)
    source = {"ref": TURNING, "observed": "2024-06-02", "grade": "measured"}
    fact = {"value": "active", "source": "ours", "note": TURNING}
    overlay = {"id": "red", "sources": {"ours": source}, "facts": {"maintenance": fact}}
    (house / "frameworks" / "red.yaml").write_text(json.dumps(overlay), encoding="utf-8")
    said = STACK.replace("STK-001", "OUR-001").replace("Data have to come from somewhere.", json.dumps(TURNING))
    (rules / "stack").mkdir(parents=True)
    (rules / "stack" / "parts.yaml").write_text(said, encoding="utf-8")
    given = ("--knowledge", house, "--rules", rules)
    assert world.ask("recommend", "--lock", "--renew", "--no-detect", *given).exit == 0
    assert world.ask("decide", "--chose", "red", "--on", DECIDED).exit == 0
    kept = world.lock.read_text(encoding="utf-8")
    assert kept.count(json.dumps(TURNING)[1:-1]) == 3, "of the source, the fact and the finding"
    (world.folder / "other.json").write_text(kept, encoding="utf-8")
    world.reseal(lambda data: data["verdict"].update(primary=TURNING))
    shown = [world.check(*given, "--format", form) for form in ("text", "markdown", "json", "sarif")]
    shown += [world.ask("diff", "other.json", LOCK), world.ask("diff", "other.json", LOCK, "--json")]
    assert {*TURNING}.isdisjoint(kept.join(ran.stdout + ran.stderr for ran in shown))


def answering(world: World) -> tuple[str | Path, ...]:
    """What gives the answers of the decision anew."""
    answers = world.folder / "answers.yaml"
    answers.write_text("{train_hw: gpu, train_os: linux}", encoding="utf-8")
    return "--answers", answers, "--no-detect", "--as-of", DECIDED


def test_one_that_was_edited_is_renewed_without_its_verdict(world: World) -> None:
    world.ask("decide", "--chose", "red", "--on", DECIDED)
    world.edit('"status": "decided"', '"status": "tie"')
    ran = world.ask("recommend", *answering(world), "--lock", "--renew")
    assert ran.exit == 0
    assert "neither its verdict, its history nor its thresholds. `--threshold` sets those again" in flat(ran.stderr)
    assert (world.data["history"], world.data["chosen"][0]["option"]) == ([], "red")
    assert world.check().exit == 0


def test_no_threshold_is_taken_over_from_one_that_was_edited(world: World) -> None:
    usual = world.data["thresholds"]
    world.edit('"primary": true', '"primary": false')
    assert world.ask("recommend", *answering(world), "--lock", "--renew", "--threshold", "stack=false").exit == 0
    assert world.data["thresholds"] == {**usual, "stack": False}
    ran = world.ask("recommend", *answering(world), "--lock", "--renew")
    assert (world.data["thresholds"], "taken over" in ran.stderr) == ({**usual, "stack": False}, False)


def test_one_that_was_edited_is_not_decided_anew_from(world: World) -> None:
    world.edit('"train_os": "linux"\n    },\n    "understood"', '"train_os": "mac"\n    },\n    "understood"')
    before = world.lock.read_bytes()
    for settings in ((), ("--set", "train_hw=cpu")):
        ran = world.ask("recommend", *settings, "--no-detect", "--lock", "--renew")
        assert (ran.exit, ran.stdout) == (2, "")
        assert "write it anew with `advisor recommend --answers FILE --lock PATH --renew`" in ran.stderr
    assert world.lock.read_bytes() == before


def test_an_answer_of_the_project_that_is_not_there_is_told_with_its_place(world: World) -> None:
    world.reseal(lambda data: data["answers"]["origins"].update(domain="project"))
    for ran in (world.check(), world.ask("recommend", "--no-detect", "--lock", "--renew")):
        assert ran.exit == 2
        assert "answers.origins.domain: 'domain' was read from the project, and `understood` has no" in ran.stderr


def test_what_cannot_be_read_is_not_renewed_either(world: World) -> None:
    world.lock.write_text("{", encoding="utf-8")
    assert world.ask("recommend", *SITUATION, "--lock", "--renew").exit == 2
    assert world.lock.read_text(encoding="utf-8") == "{"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--renew",), "there is no decision file to speak of. Add --lock."),
        (("--lock", "new.json", "--threshold", "primry=false"), "'primry' is no threshold. Did you mean 'primary'?"),
        (("--lock", "new.json", "--threshold", "stack=perhaps"), "'perhaps' is neither true nor false."),
        (("--lock", "new.json", "--threshold", "p_best_fall=2"), "'2' is no number from 0 to 1."),
        (("--lock", "new.json", "--output", "new.json"), "it would take the place of another file that is named here."),
        (("--lock", "."), "advisor: .: it is a folder, and a decision is kept in a file. Name a file."),
        (("--lock", ""), "advisor: --lock: it is a folder, and a decision is kept in a file. Name a file."),
        (("--lock", "no/such/folder.json"), "no/such/folder.json: cannot be written: No such file or directory."),
    ],
)
def test_usage_that_makes_no_sense_is_refused(world: World, arguments: tuple[str, ...], sentence: str) -> None:
    ran = world.ask("recommend", *SITUATION, *arguments)
    assert (ran.exit, ran.stdout) == (2, "")
    assert sentence in ran.stderr
    assert not (world.folder / "new.json").exists()


@pytest.mark.parametrize(
    "command",
    [
        ("recommend", "--lock", "--renew", "--no-detect"),
        ("recommend", *SITUATION, "--lock", "new.json"),
        ("check", "--no-detect"),
        ("diff", "other.json", LOCK),
        ("diff", LOCK, "other.json"),
    ],
)
def test_no_output_takes_the_place_of_a_decision(world: World, command: tuple[str, ...]) -> None:
    before = world.lock.read_bytes()
    (world.folder / "other.json").write_bytes(before)
    (world.folder / "folder").symlink_to(world.folder)
    name = "new.json" if "new.json" in command else LOCK
    for output in (name, f"./{name}", world.folder / name, f"folder/{name}"):
        ran = world.ask(*command, "--output", output)
        assert (ran.exit, ran.stdout, world.lock.read_bytes()) == (2, "", before)
        assert (
            "--output: it would take the place of another file that is named here. Give them two names." in ran.stderr
        )
    assert not (world.folder / "new.json").exists()


def test_a_batch_is_no_decision(run: Run) -> None:
    ran = run("recommend", "--batch", "-", "--json", "--no-detect", "--lock")
    assert (ran.exit, "a batch is not a decision." in ran.stderr) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--chose", "bleu"), "'bleu' was not among the options of this decision. Did you mean 'blue'?"),
        ((), "there is nothing to note. Use --chose OPTION, --outcome TEXT or both."),
        (("--why", "so"), "a reason is one of a choice. Add --chose OPTION."),
        (("--outcome", " "), "is empty, longer than 2000 characters, or not printable on one line."),
        (("--outcome", "a\x1bb"), "is empty, longer than 2000 characters, or not printable on one line."),
        (("--chose", "red", "--on", "yesterday"), "--on: 'yesterday' is no day."),
    ],
)
def test_a_note_that_makes_no_sense_is_refused_whole(world: World, arguments: tuple[str, ...], sentence: str) -> None:
    before = world.lock.read_bytes()
    ran = world.ask("decide", *arguments)
    assert (ran.exit, world.lock.read_bytes()) == (2, before)
    assert sentence in ran.stderr


def test_notes_are_added_to_those_that_are_there(world: World) -> None:
    for option in ("blue", "red"):
        assert world.ask("decide", "--chose", option, "--outcome", f"With {option}.", "--on", DECIDED).exit == 0
    assert [choice["option"] for choice in world.data["chosen"]] == ["blue", "red"]
    assert [outcome["text"] for outcome in world.data["outcomes"]] == ["With blue.", "With red."]


def test_two_decisions_beside_each_other(world: World) -> None:
    ran = world.ask("diff", LOCK, LOCK, "--json")
    assert (ran.exit, ran.document["differences"], ran.document["same_verdict"]) == (0, [], True)
    said = f"{LOCK} and {LOCK} say the same in answers, basis, verdict and findings."
    assert " ".join(world.ask("diff", LOCK, LOCK).stdout.split()) == said
    world.ask("recommend", "--set", "train_os=mac", "--set", "train_hw=cpu", "--no-detect", "--lock", "mac.json")
    world.ask("decide", "mac.json", "--chose", "red", "--on", DECIDED)
    ran = world.ask("diff", LOCK, "mac.json")
    assert ran.exit == 5
    said = flat(ran.stdout)
    assert said.startswith(f"mac.json comes to another verdict than {LOCK}. Verdict")
    for sentence in (
        "primary red -> blue",
        "train loader gone: data",
        "train_os linux -> mac",
        f"1 new: red; {DECIDED}",
    ):
        assert sentence in said
    document = world.ask("diff", LOCK, "mac.json", "--json").document
    jsonschema.validate(document, world.run("schema", "diff").document)
    assert {"part": "scores", "key": "red", "before": 1.0, "after": None} in document["differences"]


def test_numbers_that_differ_are_told_apart(run: Run, tmp_path: Path) -> None:
    for number in ("7.1234567", "7.1234568"):
        given = ("--set", "domain=recsys", "--set", f"model_params_b={number}", "--no-detect", "--depth", "core")
        ran = run("recommend", *given, "--lock", f"{number}.json", "--format", "adr", cwd=tmp_path)
        assert f"- **model\\_params\\_b**: {number}\n" in ran.stdout
    assert "7.1234567 -> 7.1234568" in run("diff", "7.1234567.json", "7.1234568.json", cwd=tmp_path).stdout


def test_what_is_wrong_with_either_is_told_at_once(world: World) -> None:
    (world.folder / "other.json").write_text("{", encoding="utf-8")
    ran = world.ask("diff", "nowhere.json", "other.json")
    assert (ran.exit, len(ran.stderr.splitlines())) == (2, 2)


@dataclass(frozen=True, slots=True)
class Measured:
    """A decision on a machine where something was measured."""

    run: Run
    home: Path
    folder: Path

    def check(self, *arguments: str, **env: str) -> Ran:
        given = ("check", "--as-of", DAY, *arguments)
        return self.run(*given, cwd=self.folder, env={"ADVISOR_HOME": str(self.home), **env})

    def with_installed(self, version: str) -> str:
        """A folder that says that both frameworks are installed in that version."""
        for name in ("torch", "jax"):
            folder = self.folder / f"with {version}" / f"{name}-{version}.dist-info"
            folder.mkdir(parents=True)
            said = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
            (folder / "METADATA").write_text(said, encoding="utf-8")
        return str(folder.parent)


NOTED = """\
id: red
sources:
  ours: {ref: our own trial, observed: "2024-06-02", grade: measured}
facts:
  maintenance: {value: active, source: ours}
"""
DAY = "2026-11-29"
CARD = "accelerators=nvidia_gpu:H100:80:{driver}"


@pytest.fixture(scope="module")
def there(run: Run, home: Path, tmp_path_factory: pytest.TempPathFactory) -> Measured:
    run("recommend", "--set", "domain=cv", "--no-detect")
    tmp_path = tmp_path_factory.mktemp("measured")
    shutil.copytree(home / "cache", tmp_path / "home" / "cache")
    found = Measured(run, tmp_path / "home", tmp_path)
    machine = CARD.format(driver="550.1")
    store.save(measured(machine=identify(changes=overrides([machine]))), found.home, found_here())
    given = ("recommend", "--answers", example("laptop"), "--as-of", DAY, "--lock", "--machine", machine)
    ran = run(*given, cwd=tmp_path, env={"ADVISOR_HOME": str(found.home)})
    assert ran.exit == 0
    return found


def test_what_was_measured_is_in_it_and_nothing_that_tells_whose_machine_it_was(
    there: Measured, tmp_path: Path
) -> None:
    text = (there.folder / LOCK).read_text(encoding="utf-8")
    data = json.loads(text)
    assert data["measurements"]["id"] in {entry["id"].partition(".")[2] for entry in data["evidence"]}
    assert data["machine"]["accelerators"][0]["driver"] == "550.1"
    assert data["answers"]["origins"]["develop_hw"] == "detected"
    assert "ada" not in {part for word in text.split() for part in word.split("/")}
    assert str(Path.home()) not in text
    assert not {"sources", "troubles"} & set(data["machine"])
    elsewhere = there.check("--no-detect", "--json", ADVISOR_HOME=str(tmp_path / "another"))
    assert elsewhere.exit == 0
    assert not any(elsewhere.document["causes"].values()), "the same answer, wherever it is asked again"


def test_a_measurement_older_than_the_driver_is_a_reason_to_measure_again(there: Measured) -> None:
    same = there.with_installed("1.0")
    assert there.check("--machine", CARD.format(driver="550.1"), PYTHONPATH=same).exit == 0
    ran = there.check("--machine", CARD.format(driver="560.2"), PYTHONPATH=same)
    assert ran.exit == 6
    assert "It was measured with driver 550.1, which is 560.2 now." in flat(ran.stdout)
    assert there.check("--machine", "cores=1024").exit == 0, "of another machine this says nothing"


def test_a_measurement_of_another_version_is_a_reason_to_measure_again(there: Measured) -> None:
    ran = there.check("--machine", CARD.format(driver="550.1"), PYTHONPATH=there.with_installed("9.9+cpu"))
    assert ran.exit == 6
    said = flat(ran.stdout)
    assert "pytorch was measured at 1.0, and is 9.9 here now." in said
    assert "driver" not in said


@pytest.mark.parametrize(
    ("given", "day"),
    [(("--machine", CARD.format(driver="560.2")), 2), (("--machine", "cores=1024"), 1), (("--no-detect",), 1)],
)
def test_it_is_renewed_with_what_was_measured_here_since(
    there: Measured, tmp_path: Path, given: tuple[str, ...], day: int
) -> None:
    shutil.copytree(there.home / "cache", tmp_path / "home" / "cache")
    shutil.copy(there.folder / LOCK, tmp_path)
    moved = Measured(there.run, tmp_path / "home", tmp_path)
    newer = CARD.format(driver="560.2")
    store.save(measured(2, machine=identify(changes=overrides([newer]))), moved.home, found_here())
    renewing = ("recommend", "--lock", "--renew", "--as-of", DAY, *given)
    assert moved.run(*renewing, cwd=tmp_path, env={"ADVISOR_HOME": str(moved.home)}).exit == 0
    data = json.loads((tmp_path / LOCK).read_text(encoding="utf-8"))
    assert data["measurements"]["measured"] == f"2026-01-0{day}T00:00:00Z"
    left = moved.check("--machine", newer, PYTHONPATH=moved.with_installed("1.0"))
    assert left.exit == (0 if day > 1 else 6)


def test_a_run_that_is_not_kept_here_any_more_stays_with_its_decision(there: Measured, tmp_path: Path) -> None:
    shutil.copy(there.folder / LOCK, tmp_path)
    renewing = ("recommend", "--lock", "--renew", "--as-of", DAY, "--machine", CARD.format(driver="550.1"))
    assert there.run(*renewing, cwd=tmp_path, env={"ADVISOR_HOME": str(tmp_path / "home")}).exit == 0
    data = json.loads((tmp_path / LOCK).read_text(encoding="utf-8"))
    assert data["measurements"]["measured"] == "2026-01-01T00:00:00Z"


@pytest.mark.parametrize("given", [("--project", "."), ("--part", "shop")])
def test_a_project_is_not_read_where_a_decision_is_made_anew(world: World, given: tuple[str, ...]) -> None:
    before = world.lock.read_bytes()
    ran = world.ask("recommend", "--lock", "--renew", "--no-detect", *given)
    assert (ran.exit, world.lock.read_bytes()) == (2, before)
    assert f"{given[0]}: without --answers, a decision is made anew from what it holds" in ran.stderr


def test_what_a_project_says_is_kept_with_the_decision(run: Run, tmp_path: Path) -> None:
    project, lock = tmp_path / "shop", tmp_path / "lock.json"
    project.mkdir()
    (project / "requirements.txt").write_text("torch==2.13.0\ntorchvision\n", encoding="utf-8")
    ran = run("recommend", "--project", project, "--set", "task=train", "--no-detect", "--lock", lock)
    assert ran.exit == 0, ran.stderr
    answers = json.loads(lock.read_text(encoding="utf-8"))["answers"]
    assert answers["given"] == {"task": "train"}
    assert answers["origins"]["existing_code"] == "project"
    assert run("check", lock, "--no-detect", "--as-of", "2026-11-29").exit == 0
