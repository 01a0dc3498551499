"""Asks the package index that pip is configured for. Nothing here runs unless the user asks for it by name."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit, urlunsplit

from packaging.utils import canonicalize_name

from advisor.errors import AdvisorError, Problem
from advisor.evidence.releases import Published, digest_of, summed_up
from advisor.frozen import dataclass
from advisor.loading.problems import printable
from advisor.model.package import Canary, Package

if TYPE_CHECKING:
    from pypi_simple import PyPISimple

CANARY = ("mxnet", "1.9.1")
"""A release that cannot change any more: its project has ended."""
_AT_ONCE = 4
_YES = frozenset({"y", "yes", "t", "true", "on", "1"})
"""What pip takes for yes."""
_TIMEOUT_S = 30.0

Files = Callable[[str], "tuple[Published, ...] | None"]
"""The files of a package, or nothing where the index does not have it."""


class IndexUnavailableError(AdvisorError):
    """The package index cannot be asked, or is not the one that was asked before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """What pip is configured for."""

    url: str
    """The address of its index; empty for its default."""
    certificates: str
    """The bundle to hold the index's certificate against; empty for the default."""
    passed_over: tuple[str, ...]
    """Where else it looks for packages, which nothing here asks: each as it can be shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What an index said."""

    canary: Canary
    packages: Mapping[str, Package]
    missing: tuple[str, ...]
    """Packages that it does not have."""


def ask(
    names: Iterable[str],
    files: Files,
    today: str,
    *,
    denied: Mapping[str, Collection[str]],
    canary: Canary | None,
) -> Asked:
    """What the index says of these packages; raises where the canary shows that it is another index than before.

    Releases are denied by the name of the package as the index compares names.
    """
    seen = _look_at(canary, files)
    wanted = sorted(set(names))
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        found = dict(zip(wanted, pool.map(files, wanted), strict=True))
    packages, missing = {}, []
    for name, listed in found.items():
        if listed is None:
            missing.append(name)
        else:
            packages[name] = summed_up(listed, today, denied.get(canonicalize_name(name), ()))
    return Asked(canary=seen, packages=packages, missing=tuple(missing))


def _look_at(canary: Canary | None, files: Files) -> Canary:
    package, version = (canary.package, canary.version) if canary else CANARY
    digest = digest_of(files(package) or (), version)
    if not digest or (canary is not None and digest != canary.digest):
        raise IndexUnavailableError(
            Problem(
                place=f"{package} {version}",
                message=f"the index has {digest or 'no digest'} for it; expected {canary.digest if canary else 'one'}.",
                hint="This release cannot change, so that this is not the index that was asked before: nothing is "
                "changed. If it is meant to be another one, take the canary out of registry.yaml.",
            )
        )
    return Canary(package=package, version=version, digest=digest)


def index_files(url: str, certificates: str = "") -> Files:
    """The way to ask the index at that address."""
    try:
        # Only where the user asked for it.
        from pypi_simple import NoSuchProjectError, PyPISimple, UnsupportedRepoVersionError  # noqa: PLC0415
        from requests import Session  # noqa: PLC0415
        from urllib3.exceptions import HTTPError  # noqa: PLC0415
    except ImportError:
        raise IndexUnavailableError(
            Problem(
                place="knowledge refresh",
                message="asking an index needs the extra `refresh`.",
                hint="Install it: pip install 'framework-advisor[refresh]'.",
            )
        ) from None
    if _parts(url) is None:
        hint = "Expected: an address that begins with https://, in PIP_INDEX_URL or the configuration of pip."
        raise IndexUnavailableError(
            Problem(
                place="knowledge refresh", message="the index that pip is configured for has no address.", hint=hint
            )
        )
    session = Session()
    if certificates:
        session.verify = certificates
    client = PyPISimple(endpoint=url, session=session)

    def files(name: str) -> tuple[Published, ...] | None:
        try:
            return _files(client, name)
        except NoSuchProjectError:
            return None
        except (OSError, HTTPError, UnsupportedRepoVersionError, ValueError) as error:
            raise IndexUnavailableError(
                Problem(
                    place=shown_url(url),
                    message=f"the index cannot be asked about {name}: {type(error).__name__}. Nothing was changed.",
                    hint="Check the network, or the index that pip is configured for.",
                )
            ) from None

    return files


def _files(client: PyPISimple, name: str) -> tuple[Published, ...]:
    page = client.get_project_page(name, timeout=_TIMEOUT_S)
    return tuple(
        Published(
            name=file.filename,
            version=file.version or "",
            uploaded=file.upload_time.date().isoformat() if file.upload_time else "",
            python=file.requires_python or "",
            digest=f"sha256:{digest}" if (digest := file.digests.get("sha256")) else "",
            withdrawn=file.is_yanked,
        )
        for file in page.packages
        if file.version
    )


def configured() -> Configuration:
    """What pip is configured for; raises where that is no index, or pip does not say."""
    found = _settings()
    if found is None and not os.environ.get("PIP_INDEX_URL"):
        message = "pip cannot be asked which index it is configured for; nothing was asked."
        hint = "Install pip for this Python, or name the index in PIP_INDEX_URL."
        raise IndexUnavailableError(Problem(place="knowledge refresh", message=message, hint=hint))

    def setting(key: str) -> str:
        own = os.environ.get(f"PIP_{key.upper().replace('-', '_')}", "")
        places = [f"{part}{key}" for part in (":env:.", "install.", "global.")]
        return own or next((value for place in places if (value := (found or {}).get(place))), "")

    if setting("no-index").lower() in _YES:
        message = "pip is configured for no index; nothing was asked."
        hint = "Take no-index out of its configuration, or PIP_NO_INDEX out of the environment."
        raise IndexUnavailableError(Problem(place="knowledge refresh", message=message, hint=hint))
    passed_over = [
        f"extra-index-url {shown_url(url)}" if _parts(url) else "extra-index-url"
        for url in setting("extra-index-url").split()
    ]
    if setting("find-links"):
        passed_over.append("find-links")
    return Configuration(
        url=setting("index-url"), certificates=setting("cert"), passed_over=tuple(dict.fromkeys(passed_over))
    )


def _settings() -> dict[str, str] | None:
    """What pip says of its configuration, by section and key; nothing where it cannot be asked."""
    command = [sys.executable, "-m", "pip", "config", "list"]
    try:
        done = subprocess.run(command, capture_output=True, timeout=60, check=False, text=True)  # noqa: S603
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None
    if done.returncode:
        return None
    pairs = (line.partition("=") for line in done.stdout.splitlines())
    return {name: _literal(value) for name, equals, value in pairs if equals}


def _literal(value: str) -> str:
    try:
        return str(ast.literal_eval(value))
    except (ValueError, SyntaxError):
        return value


def address(configured_url: str) -> str:
    """The address to ask: the configured one, or that of the public index, which the client knows."""
    if configured_url:
        return configured_url
    try:
        from pypi_simple import PYPI_SIMPLE_ENDPOINT  # noqa: PLC0415
    except ImportError:
        return ""
    return str(PYPI_SIMPLE_ENDPOINT)


def shown_url(url: str) -> str:
    """The address as it can be shown: without a name or password in it; nothing of what is no address."""
    parts = _parts(url)
    if parts is None:
        return "the package index"
    return printable(urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", "")))


def _parts(url: str) -> SplitResult | None:
    """What an address consists of, if it is one that can be asked."""
    try:
        parts = urlsplit(url)
        # A port that is none is found out when it is asked for.
        asked = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0 and "@" not in parts.path
    except ValueError:
        return None
    return parts if asked else None
