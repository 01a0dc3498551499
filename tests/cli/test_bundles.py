"""Knowledge as one file: what is exported is imported again, and nothing else is."""

from __future__ import annotations

import hashlib
import io
import json
import stat
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.program import Run, example

Entries = dict[str, bytes]
RECOMMEND = ("recommend", "--answers", example("laptop"), "--no-detect", "--json", "--depth", "core")


@pytest.fixture(scope="module")
def bundle(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program's own knowledge and rules."""
    file = tmp_path_factory.mktemp("bundle") / "knowledge.zip"
    assert run("knowledge", "export", file).exit == 0
    return file


@pytest.fixture
def at(tmp_path: Path) -> dict[str, str]:
    """A home of its own."""
    return {"ADVISOR_HOME": str(tmp_path / "home")}


def entries(file: Path) -> Entries:
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def written(file: Path, contents: Entries) -> Path:
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in contents.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return file


def resealed(contents: Entries, **said: str) -> Entries:
    """With a manifest that fits the files, as whoever means harm would write it."""
    manifest = json.loads(contents["manifest.json"])
    files = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items() if "/" in name}
    listed = "".join(f"{digest}  {name}\n" for name, digest in sorted(files.items()))
    whole = f"sha256:{hashlib.sha256(listed.encode()).hexdigest()}"
    return {**contents, "manifest.json": json.dumps({**manifest, **said, "digest": whole, "files": files}).encode()}


def edited(contents: Entries, name: str, old: str, new: str) -> Entries:
    assert old.encode() in contents[name]
    return resealed({**contents, name: contents[name].replace(old.encode(), new.encode())})


def test_the_same_knowledge_is_the_same_bytes(run: Run, bundle: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.zip"
    assert run("knowledge", "export", again).exit == 0
    assert again.read_bytes() == bundle.read_bytes()
    refused = run("knowledge", "export", again)
    assert (refused.exit, again.read_bytes()) == (2, bundle.read_bytes())
    assert "there is such a file already" in refused.stderr


def test_what_is_imported_is_used_named_shown_and_forgotten(
    run: Run, bundle: Path, at: dict[str, str], tmp_path: Path
) -> None:
    before = run(*RECOMMEND, env=at).document
    changed = edited(entries(bundle), "knowledge/criteria.yaml", "draws: 500", "draws: 400")
    taken = run("knowledge", "import", written(tmp_path / "b.zip", changed), "--json", env=at)
    assert (taken.exit, taken.stderr) == (0, "")
    after = run(*RECOMMEND, env=at).document
    assert after["provenance"]["bundle"] == taken.document["digest"]
    assert after["provenance"]["knowledge"] != before["provenance"]["knowledge"]
    assert after["recommendation"]["primary"] == before["recommendation"]["primary"]
    paths = run("paths", "--json", env=at).document
    assert paths["knowledge"]["path"].startswith(paths["bundle"]["path"])
    assert run("knowledge", "forget", env=at).exit == 0
    assert run(*RECOMMEND, env=at).document == before
    assert not (tmp_path / "home" / "knowledge").exists()
    assert "No bundle is in use" in run("knowledge", "forget", env=at).stdout


def test_a_project_is_read_by_the_signs_of_the_bundle_in_use(
    run: Run, bundle: Path, at: dict[str, str], tmp_path: Path
) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "requirements.txt").write_text("diffrax\n", encoding="utf-8")
    sign = next(line for line in entries(bundle)["knowledge/signs.yaml"].decode().splitlines() if "diffrax" in line)
    assert "scientific_ml" in sign
    other = edited(entries(bundle), "knowledge/signs.yaml", sign, sign.replace("scientific_ml", "weather"))
    assert run("knowledge", "import", written(tmp_path / "b.zip", other), env=at).exit == 0
    readings = run("intake", project, "--json", env=at).document["parts"][0]["readings"]
    assert next(each["answer"] for each in readings if each["key"] == "domain") == "weather"
    wrong = edited(entries(bundle), "knowledge/signs.yaml", sign, sign.replace("scientific_ml", "alchemy"))
    refused = run("knowledge", "import", written(tmp_path / "w.zip", wrong), env=at)
    assert (refused.exit, refused.stdout) == (2, "")
    assert "alchemy" in refused.stderr


def test_a_bundle_is_removed_by_purge_and_what_others_put_beside_it_is_not(
    run: Run, bundle: Path, at: dict[str, str], tmp_path: Path
) -> None:
    assert run("knowledge", "import", bundle, env=at).exit == 0
    mine = tmp_path / "home" / "knowledge" / "rules" / "mine.txt"
    mine.write_text("mine\n", encoding="utf-8")
    assert "imported knowledge and rules" in run("purge", "--dry-run", env=at).stdout
    assert run("purge", "--yes", env=at).exit == 0
    assert [path for path in (tmp_path / "home").rglob("*") if path.is_file()] == [mine]
    refused = run("knowledge", "import", bundle, env=at)
    assert (refused.exit, mine.is_file()) == (2, True)


def _changed(contents: Entries) -> Entries:
    return {**contents, "knowledge/criteria.yaml": contents["knowledge/criteria.yaml"] + b"\n"}


def _unsound(contents: Entries) -> Entries:
    return edited(contents, "knowledge/components/serving.yaml", "status: active", "status: splendid")


@pytest.mark.parametrize(
    "wrong",
    [
        (_changed, "'knowledge/criteria.yaml' is not what its manifest says"),
        (lambda of: {**of, "knowledge/more.yaml": b"[]\n"}, "'knowledge/more.yaml' is not in its manifest"),
        (lambda of: {name: of[name] for name in of if "denied" not in name}, "'knowledge/denied.yaml' is missing"),
        (lambda of: resealed({**of, "knowledge/../../evil.yaml": b""}), "is no name of a file of knowledge or rules"),
        (lambda of: resealed({**of, "/etc/evil.yaml": b""}), "is no name of a file of knowledge or rules"),
        (lambda of: resealed({**of, "knowledge/evil.py": b""}), "is no name of a file of knowledge or rules"),
        (lambda of: resealed(of, schema="advisor/bundle/9"), "its format is 'advisor/bundle/9'"),
        (lambda of: resealed(of, advisor="==9.*"), "it is for advisor '==9.*'"),
        (lambda of: resealed(of, day="2031-01-01"), "its manifest is of '2031-01-01'"),
        (lambda of: {name: of[name] for name in of if name != "manifest.json"}, "manifest is missing or damaged"),
        (_unsound, "splendid"),
    ],
    ids=["hash", "more", "less", "parent", "absolute", "code", "format", "version", "day", "manifest", "unsound"],
)
def test_what_is_not_as_it_should_be_is_refused_and_changes_nothing(
    run: Run, bundle: Path, at: dict[str, str], tmp_path: Path, wrong: tuple[Callable[[Entries], Entries], str]
) -> None:
    change, reason = wrong
    ran = run("knowledge", "import", written(tmp_path / "b.zip", change(entries(bundle))), env=at)
    assert (ran.exit, ran.stdout) == (2, "")
    assert reason in ran.stderr
    assert not list((tmp_path / "home").glob("knowledge*"))


def _linked(archive: zipfile.ZipFile) -> None:
    info = zipfile.ZipInfo("knowledge/link.yaml")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    archive.writestr(info, "/etc/passwd")


def _device(archive: zipfile.ZipFile) -> None:
    info = zipfile.ZipInfo("knowledge/null.yaml")
    info.external_attr = (stat.S_IFCHR | 0o666) << 16
    archive.writestr(info, "")


def _bomb(archive: zipfile.ZipFile) -> None:
    archive.writestr("knowledge/bomb.yaml", b"\0" * 3_000_000, zipfile.ZIP_DEFLATED)


def _many(archive: zipfile.ZipFile) -> None:
    for i in range(2001):
        archive.writestr(f"knowledge/{i}.yaml", b"")


@pytest.mark.parametrize(
    ("put", "reason"),
    [(_linked, "no ordinary file"), (_device, "no ordinary file"), (_bomb, "is compressed"), (_many, "more than 2000")],
)
def test_an_archive_with_tricks_is_refused(
    run: Run, at: dict[str, str], put: Callable[[zipfile.ZipFile], None], reason: str
) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        put(archive)
    ran = run("knowledge", "import", "-", stdin=out.getvalue(), env=at)
    assert (ran.exit, ran.stdout) == (2, "")
    assert reason in ran.stderr


@pytest.mark.parametrize("content", [b"", b"PK", b"\x1b[31mnothing", b"PK\x05\x06" + b"\0" * 18])
def test_what_is_no_archive_is_refused(run: Run, at: dict[str, str], content: bytes) -> None:
    ran = run("knowledge", "import", "-", stdin=content, env=at)
    assert (ran.exit, ran.stdout) == (2, "")
    assert "Traceback" not in ran.stderr


def test_an_older_bundle_is_taken_only_by_force(run: Run, bundle: Path, at: dict[str, str], tmp_path: Path) -> None:
    day = json.loads(entries(bundle)["manifest.json"])["day"]
    contents = entries(bundle)
    old = {name: of.replace(day.encode(), b"2026-01-01") for name, of in contents.items()}
    days = {line.split(b'"')[1] for of in old.values() for line in of.splitlines() if b'observed: "' in line}
    newest = max(found.decode() for found in days if found.startswith(b"20"))
    file = written(tmp_path / "b.zip", resealed(old, day=newest))
    refused = run("knowledge", "import", file, env=at)
    assert refused.exit == 2
    assert "older than what comes with the program" in refused.stderr
    assert run("knowledge", "import", file, "--force", env=at).exit == 0


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two pairs of keys."""
    ed25519 = pytest.importorskip("cryptography.hazmat.primitives.asymmetric.ed25519")
    serialization = pytest.importorskip("cryptography.hazmat.primitives.serialization")
    folder = tmp_path_factory.mktemp("keys")
    for name, form in (("ours", "PEM"), ("theirs", "OpenSSH")):
        key = ed25519.Ed25519PrivateKey.generate()
        pem = serialization.Encoding.PEM
        private = (pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        (folder / f"{name}.pem").write_bytes(key.private_bytes(*private))
        public = (pem, serialization.PublicFormat.SubjectPublicKeyInfo)
        if form == "OpenSSH":
            public = (serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
        (folder / f"{name}.pub").write_bytes(key.public_key().public_bytes(*public))
    return folder


@pytest.mark.parametrize("name", ["ours", "theirs"])
def test_a_signature_is_asked_for_where_a_key_is_configured(
    run: Run, bundle: Path, keys: Path, tmp_path: Path, name: str
) -> None:
    at = {"ADVISOR_HOME": str(tmp_path / "home")}
    signed = tmp_path / "signed.zip"
    assert run("knowledge", "export", signed, "--sign", keys / f"{name}.pem").exit == 0
    other = keys / ("theirs.pub" if name == "ours" else "ours.pub")
    for file, key, reason in (
        (bundle, keys / f"{name}.pub", "it is not signed"),
        (signed, other, "by none of the keys"),
    ):
        refused = run("knowledge", "import", file, "--key", key, env=at)
        assert (refused.exit, refused.stdout) == (2, "")
        assert reason in refused.stderr
    folder = tmp_path / "home" / "keys"
    folder.mkdir(parents=True)
    (folder / "house.pub").write_bytes((keys / f"{name}.pub").read_bytes())
    assert run("knowledge", "import", bundle, env=at).exit == 2
    tampered = edited(entries(signed), "knowledge/criteria.yaml", "draws: 500", "draws: 400")
    assert "by none of the keys" in run("knowledge", "import", written(tmp_path / "t.zip", tampered), env=at).stderr
    assert run("knowledge", "import", signed, env=at).exit == 0
    assert run("purge", "--yes", env=at).exit == 0
    assert (folder / "house.pub").is_file()


def test_without_the_package_it_is_said_what_to_install(bundle: Path, keys: Path, tmp_path: Path) -> None:
    program = "import sys; sys.modules['cryptography'] = None; from advisor.cli.main import main; sys.exit(main())"
    command = [sys.executable, "-c", program, "knowledge", "import", str(bundle), "--key", str(keys / "ours.pub")]
    env = {"ADVISOR_HOME": str(tmp_path), "PYTHONPATH": ":".join(path for path in sys.path if path)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=env)
    assert done.returncode == 2
    assert 'pip install "framework-advisor[sign]"' in done.stderr


def test_a_private_key_is_never_written_over(run: Run, keys: Path, tmp_path: Path) -> None:
    key, mine = tmp_path / "key.pem", (keys / "ours.pem").read_bytes()
    key.write_bytes(mine)
    for way in ((key, "--sign", key, "--force"), (tmp_path / "b.zip", "--sign", key, "--output", key)):
        ran = run("knowledge", "export", *way)
        assert (ran.exit, key.read_bytes(), (tmp_path / "b.zip").exists()) == (2, mine, False)
        assert "Traceback" not in ran.stderr


def test_a_key_that_is_none_is_named(run: Run, tmp_path: Path) -> None:
    pytest.importorskip("cryptography")
    (tmp_path / "key").write_text("nothing\n", encoding="utf-8")
    ran = run("knowledge", "export", tmp_path / "b.zip", "--sign", tmp_path / "key")
    assert (ran.exit, (tmp_path / "b.zip").exists()) == (2, False)
    assert "no private key of Ed25519" in ran.stderr
