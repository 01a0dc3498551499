"""`advisor knowledge export`, `import` and `forget`: knowledge that travels between releases."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet

import advisor
from advisor import resources
from advisor.cli.exits import Exit
from advisor.cli.output import is_one, leave_alone, write
from advisor.cli.session import today
from advisor.cli.signing import keys_in, sign, verify
from advisor.cli.standard_input import read_input
from advisor.errors import InputError, Problem, StoreError
from advisor.loading.bundles import LARGEST, Manifest, gather, kept_manifest, manifest_of, pack, unpack
from advisor.loading.imported import put, take_away
from advisor.loading.knowledge import in_use, load
from advisor.loading.problems import printable, shown
from advisor.loading.signs import load_signs
from advisor.render.json import written
from advisor.upkeep import completeness
from advisor.upkeep.soundness import unsound

if TYPE_CHECKING:
    import argparse

_SHOWN = 5
"""Problems of knowledge that are told; `knowledge check` tells all."""


def export(arguments: argparse.Namespace) -> int:
    """Write the knowledge and rules in use as one file."""
    target = Path(arguments.file)
    leave_alone(arguments.file, force=arguments.force)
    if arguments.sign and is_one(arguments.file, arguments.sign):
        raise InputError(
            Problem(message="it is the key to sign with.", place=arguments.file, hint="Name another file.")
        )
    base = load(use_cache=False)
    files = gather(*in_use())
    major, minor = advisor.__version__.split(".")[:2]
    manifest = manifest_of(files, f"=={major}.{minor}.*", base.as_of)
    signature = sign(manifest.content, Path(arguments.sign)) if arguments.sign else b""
    _replace(target, pack(manifest, files, signature))
    _out(arguments, manifest, f"{'Signed and written' if signature else 'Written'}: ", str(target))
    return Exit.ANSWER


def take_in(arguments: argparse.Namespace) -> int:
    """Check a bundle as a whole, and put it in the place of the program's own knowledge and rules."""
    place = printable(arguments.file)
    bundle = unpack(_read(arguments.file), place)
    home = resources.home()
    verify(bundle.signed, bundle.signature, keys_in(home, arguments.key), place)
    _check_version(bundle.manifest, place)

    def sound(knowledge: Path, rules: Path) -> None:
        found = load(own=(knowledge, rules), use_cache=False)
        load_signs(knowledge, found.vocabulary)
        covered = completeness.frameworks(found), completeness.components(found)
        problems = unsound(found, *covered, today())
        if problems:
            more = [f"and {len(problems) - _SHOWN} more."] if len(problems) > _SHOWN else []
            said = " ".join([*problems[:_SHOWN], *more])
            raise InputError(Problem(message=f"its knowledge is not sound: {said}", place=place))
        if found.as_of != bundle.manifest.day:
            message = f"its manifest is of {shown(bundle.manifest.day)}, its knowledge of {found.as_of}."
            raise InputError(Problem(message=message, place=place, hint="Take it from where it was exported."))
        own = load(own=(resources.knowledge(), resources.rules())).as_of
        if found.as_of < own and not arguments.force:
            message = f"it is of {found.as_of}, older than what comes with the program, which is of {own}."
            raise InputError(Problem(message=message, place=place, hint="Add --force to take it all the same."))

    put(bundle, resources.imported(home), sound)
    _out(arguments, bundle.manifest, "In use: ", str(resources.imported(home)))
    return Exit.ANSWER


def forget(arguments: argparse.Namespace) -> int:
    """Remove the bundle in use, so that the program's own knowledge and rules count again."""
    folder = resources.imported()
    manifest = kept_manifest(folder)
    if manifest is None:
        text = "No bundle is in use: the knowledge is what comes with the program.\n"
        write(json.dumps({"forgotten": None}) + "\n" if arguments.json else text, arguments.output)
        return Exit.ANSWER
    try:
        take_away(folder)
    except OSError as error:
        message = f"it cannot be removed: {error.strerror or error}."
        raise StoreError(Problem(message=message, place=str(folder), hint="Check its permissions.")) from None
    _out(arguments, manifest, "Forgotten: ", str(folder))
    return Exit.ANSWER


def _check_version(manifest: Manifest, place: str) -> None:
    try:
        fits = SpecifierSet(manifest.advisor).contains(advisor.__version__, prereleases=True)
    except InvalidSpecifier:
        fits = False
    if not fits:
        message = f"it is for advisor {shown(manifest.advisor)}, and this is {advisor.__version__}."
        raise InputError(Problem(message=message, place=place, hint="Take a bundle for this release."))


def _read(file: str) -> bytes:
    try:
        if file == "-":
            content = read_input(LARGEST + 1)
        else:
            with Path(file).open("rb") as stream:
                content = stream.read(LARGEST + 1)
    except OSError as error:
        message = f"the bundle cannot be read: {error.strerror or error}."
        raise InputError(Problem(message=message, place=printable(file), hint="Check the path.")) from None
    if len(content) > LARGEST:
        message = f"it is refused: it is larger than {LARGEST // 2**20} MiB."
        raise InputError(Problem(message=message, place=printable(file), hint="No export is so large."))
    return content


def _replace(target: Path, content: bytes) -> None:
    """Write the file whole or not at all."""
    part = target.with_name(f".{target.name}-{os.getpid()}")
    try:
        part.write_bytes(content)
        part.replace(target)
    except OSError as error:
        message = f"cannot be written: {error.strerror or error}."
        raise InputError(Problem(message=message, place=printable(str(target)), hint="Check the path.")) from None
    finally:
        part.unlink(missing_ok=True)


def _out(arguments: argparse.Namespace, manifest: Manifest, what: str, path: str) -> None:
    document: dict[str, Any] = {"path": path, "digest": manifest.digest, "day": manifest.day}
    document |= {"advisor": manifest.advisor, "files": len(manifest.files)}
    text = f"{what}{path}\n{len(manifest.files)} files, of {manifest.day}, for advisor {manifest.advisor}\n"
    text = "".join(f"{printable(line)}\n" for line in f"{text}{manifest.digest}".splitlines())
    write(written(document) if arguments.json else text, arguments.output)
