"""Signatures of bundles, by Ed25519: made with a private key, held against the public keys that are configured."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from advisor.errors import InputError, Problem
from advisor.loading.problems import printable

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_HOW = "`openssl genpkey -algorithm ed25519` makes one."


def keys_in(home: Path, named: Iterable[str]) -> tuple[Path, ...]:
    """The files of the public keys that are configured: those in the home, and those that are named."""
    return (*sorted((home / "keys").glob("*.pub")), *map(Path, named))


def sign(content: bytes, file: Path) -> bytes:
    """The signature by the private key in a file (PEM)."""
    return _private(file).sign(content)


def verify(content: bytes, signature: bytes, files: Iterable[Path], place: str) -> None:
    """Raise InputError unless one of the public keys says that the signature is of this content."""
    known = {file: _public(file) for file in files}
    if not known:
        return
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415

    for key in known.values():
        try:
            key.verify(signature, content)
        except InvalidSignature:
            continue
        return
    message = "its signature is by none of the keys that are configured." if signature else "it is not signed."
    names = ", ".join(printable(str(file)) for file in known)
    raise InputError(Problem(message=message, place=place, hint=f"A signature is asked for by {names}."))


def _private(file: Path) -> Ed25519PrivateKey:
    _installed()
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415

    try:
        found = load_pem_private_key(_content(file), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        found = None
    if not isinstance(found, Ed25519PrivateKey):
        message = "it holds no private key of Ed25519 in PEM without a password."
        raise InputError(Problem(message=message, place=printable(str(file)), hint=_HOW))
    return found


def _public(file: Path) -> Ed25519PublicKey:
    _installed()
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import load_pem_public_key, load_ssh_public_key  # noqa: PLC0415

    content = _content(file)
    read = load_pem_public_key if content.startswith(b"-----") else load_ssh_public_key
    try:
        found = read(content)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        found = None
    if not isinstance(found, Ed25519PublicKey):
        message = "it holds no public key of Ed25519, as PEM or as OpenSSH writes it."
        raise InputError(Problem(message=message, place=printable(str(file)), hint=_HOW))
    return found


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        message = f"the key cannot be read: {error.strerror or error}."
        raise InputError(Problem(message=message, place=printable(str(file)), hint="Check the path.")) from None


def _installed() -> None:
    try:
        import cryptography  # noqa: F401, PLC0415
    except ImportError:
        message = "signatures need the package cryptography, which is not installed."
        hint = 'Install it: pip install "framework-advisor[sign]", or pip install cryptography.'
        raise InputError(Problem(message=message, place="signature", hint=hint)) from None
