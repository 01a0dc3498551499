"""Who is let in: the one who has the token, from a page of this server, under a name that nobody else can point here.

Any page in any browser of this machine can send requests to a local port, and by a name of its own that leads here
read what comes back. So each request has to name a host that is ours, come from no other page, and hold the token.
"""

from __future__ import annotations

import socket
from hmac import compare_digest
from ipaddress import ip_address
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler

from advisor.frozen import dataclass

_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": _POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""Nothing is kept, nothing comes from elsewhere, and no other page learns the address or shows this one inside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """What a request is held against."""

    token: str
    host: str
    """What is listened on, as it was given."""
    port: int

    def refusal(self, host: str, origin: str | None, given: str, *, must_come_from_page: bool) -> str:
        """Why a request is refused, as a sentence; empty where it is let in."""
        if not self._ours(host):
            return "This server is not known by that name."
        if (must_come_from_page or origin is not None) and origin != f"http://{host}":
            return "This request comes from another page."
        if not compare_digest(given.encode(errors="replace"), self.token.encode()):
            return "Open the address that `advisor serve` has printed, with the token in it."
        return ""

    def _ours(self, host: str) -> bool:
        """Whether a name in a request is one that leads here whatever anybody else says. The port may be a tunnel's."""
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        if is_local(self.host):
            return name in {*_LOCAL, self.host}
        return name in {*_LOCAL, self.host.lower(), socket.gethostname().lower()} or _is_address(name)

    @property
    def cookie(self) -> str:
        """The name of the cookie; a browser does not tell the ports of a host apart."""
        return f"advisor-{self.port}"

    @web.middleware
    async def admit(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Hand a request on, or refuse it."""
        at_door = request.path == "/"
        entering = request.query.get("token", "") if at_door else ""
        why = self.refusal(
            request.headers.get("Host", ""),
            request.headers.get("Origin"),
            entering or request.cookies.get(self.cookie, ""),
            must_come_from_page=request.path == "/ws",
        )
        if why:
            return web.Response(status=403, text=f"{why}\n")
        response = await handler(request)
        if entering:
            response.set_cookie(self.cookie, self.token, httponly=True, samesite="Strict")
        return response


async def harden(_: web.Request, response: web.StreamResponse) -> None:
    """Put the headers on a response that keep it to itself."""
    response.headers.update(_HEADERS)


def is_local(host: str) -> bool:
    """Whether only this machine can reach what listens there."""
    return host in _LOCAL or (_is_address(host) and ip_address(host).is_loopback)


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
