"""Access to the workbench: the right host and origin, and beyond this machine a token.

What is defended against, and how, is listed in `docs/security.md`.
"""

import hmac
import logging
import re
import secrets
import time
from collections.abc import Awaitable, Callable, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, quote, urlencode

from middlegame.base.errors import MiddlegameError

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

COOKIE = "middlegame-session"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
MIN_TOKEN_LENGTH = 16
_LOG = logging.getLogger("middlegame.workbench")
_HOST = re.compile(r"(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::([0-9]{1,5}))?")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_FIRST_DELAY, _LONGEST_DELAY = 0.5, 60.0
"""Seconds that an address must wait after its first wrong token, and at most."""
_MOST_ADDRESSES = 1000
_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>middlegame</title>
<body style="font:1rem/1.5 system-ui;margin:3rem auto;max-width:34rem">
<h1 style="font-size:1.4rem">This workbench asks for a token</h1>
<p>The server printed an address that holds the token when it started. Open that address once.</p>
"""
_SAFETY_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (
        b"content-security-policy",
        b"default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
        b"style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
        b"connect-src 'self' ws: wss:; frame-ancestors 'none'; base-uri 'self'; form-action 'self'",
    ),
)


class _Origin(NamedTuple):
    """What makes two addresses one site: scheme, host name and port."""

    scheme: str
    host: str
    port: int


class _Refusal(Exception):
    """A request that is answered with a status and a reason alone."""

    def __init__(self, status: int, reason: str, *headers: tuple[bytes, bytes]) -> None:
        super().__init__(reason)
        self.status, self.reason, self.headers = status, reason, headers


class GuessLimit:
    """Slows down guesses of the token: each wrong one doubles the time until an address's next.

    Args:
        clock: returns the time in seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._wrong: dict[str, tuple[int, float]] = {}

    def wait(self, address: str) -> float:
        """Return the seconds until an address may try a token again; 0 where it may now."""
        _, until = self._wrong.get(address, (0, 0.0))
        return max(0.0, until - self._clock())

    def record(self, address: str) -> None:
        """Count a wrong token from an address, and log it."""
        count = self._wrong.pop(address, (0, 0.0))[0] + 1
        while len(self._wrong) >= _MOST_ADDRESSES:
            self._wrong.pop(next(iter(self._wrong)))
        delay = min(_FIRST_DELAY * 2.0 ** min(count - 1, 10), _LONGEST_DELAY)
        self._wrong[address] = count, self._clock() + delay
        _LOG.warning("wrong token from %s: number %d, next in %.1f s", address, count, delay)

    def forget(self, address: str) -> None:
        """Forget an address's wrong tokens, once it gave the right one."""
        self._wrong.pop(address, None)


class AuthMiddleware:
    """An ASGI layer around the whole workbench that decides which requests it answers.

    Without a token, only requests to this machine's own names pass, so that no page of another
    site reaches the workbench by a name of its own (DNS rebinding). With a token, a visitor gives
    it once in the address, and then holds a cookie. Either way a browser's request passes only
    from a page of this very origin: scheme, host and port.
    """

    def __init__(
        self, app: App, token: str | None = None, guesses: GuessLimit | None = None
    ) -> None:
        self.app, self.token = app, token
        self._guesses = guesses or GuessLimit()
        # Not the token itself: a cookie that anyone may try must not help to guess the token.
        self._session = secrets.token_urlsafe(32)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request or a WebSocket on, or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        try:
            own = _own_origin(scope, headers.get(b"host", ""))
            self._check_host(own)
            _check_origin(own, headers.get(b"origin"))
            if self.token is None or self._has_session(headers.get(b"cookie", "")):
                await self.app(scope, receive, _with_safety_headers(send))
            else:
                await self._admit(scope, own, send)
        except _Refusal as refusal:
            await _refuse(scope, send, refusal)

    def _check_host(self, own: _Origin) -> None:
        if self.token is None and own.host not in LOOPBACK:
            raise _Refusal(421, "This workbench answers requests from this machine only.")

    def _has_session(self, cookies: str) -> bool:
        try:
            morsel = SimpleCookie(cookies).get(COOKIE)
        except CookieError:
            return False
        return morsel is not None and _equal(morsel.value, self._session)

    async def _admit(self, scope: Scope, own: _Origin, send: Send) -> None:
        """Exchange the token in the address for a cookie, and redirect to the page itself."""
        pairs = parse_qsl(scope.get("query_string", b"").decode("latin-1"))
        tokens = [value for key, value in pairs if key == "token"]
        if scope["type"] != "http" or not tokens:
            raise _Refusal(401, _PAGE)
        address = str((scope.get("client") or ("an unknown address",))[0])
        wait = self._guesses.wait(address)
        if wait > 0:
            retry = (b"retry-after", str(int(wait) + 1).encode())
            raise _Refusal(429, "Too many wrong tokens; wait and try again.", retry)
        if not _equal(tokens[0], self.token or ""):
            self._guesses.record(address)
            raise _Refusal(401, _PAGE)
        self._guesses.forget(address)
        query = urlencode([pair for pair in pairs if pair[0] != "token"])
        cookie = f"{COOKIE}={self._session}; Path=/; HttpOnly; SameSite=Strict"
        if own.scheme == "https":
            cookie += "; Secure"
        target = local_path(scope["path"]) + (f"?{query}" if query else "")
        headers = [(b"location", target.encode()), (b"set-cookie", cookie.encode())]
        await send({"type": "http.response.start", "status": 303, "headers": headers})
        await send({"type": "http.response.body", "body": b""})


def refuse_weak_token(token: str) -> None:
    """Refuse a token that is too short to withstand guessing.

    Raises:
        MiddlegameError: the token has fewer than `MIN_TOKEN_LENGTH` characters.
    """
    if len(token) < MIN_TOKEN_LENGTH:
        raise MiddlegameError(
            f"the token has {len(token)} characters; expected at least {MIN_TOKEN_LENGTH}, so that "
            "it cannot be guessed; leave it out to have one made up"
        )


def local_path(path: str) -> str:
    """Return a decoded path as a redirect's target that stays on this site.

    Two slashes at the beginning would name another site, a backslash counts as a slash in
    browsers, and a line end would begin another header.
    """
    return "/" + quote(path.lstrip("/\\"), safe="/~!$&'()*+,;=:@-._")


def _equal(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(), expected.encode())


def _own_origin(scope: Scope, host: str) -> _Origin:
    """Return the origin that a request is addressed to.

    The scheme is that of the proxy in front, where uvicorn trusts its X-Forwarded-Proto.
    """
    scheme = {"ws": "http", "wss": "https"}.get(scope.get("scheme", "http"), scope.get("scheme"))
    origin = _parse_origin(str(scheme or "http"), host)
    if origin is None:
        raise _Refusal(400, "Malformed Host header.")
    return origin


def _check_origin(own: _Origin, header: str | None) -> None:
    """Refuse a browser's request from a page of another origin."""
    if header is None:
        return  # not a browser, or a plain navigation
    if header != "null":
        scheme, separator, host = header.partition("://")
        origin = _parse_origin(scheme, host) if separator else None
        if origin is None:
            raise _Refusal(400, "Malformed Origin header.")
        if origin == own:
            return
    raise _Refusal(
        403,
        "A page of another origin may not use this workbench. A proxy in front of it must pass on "
        "the headers Host and X-Forwarded-Proto.",
    )


def _parse_origin(scheme: str, host: str) -> _Origin | None:
    """Parse a scheme and a host with an optional port; None where they are malformed."""
    match = _HOST.fullmatch(host.lower())
    scheme = scheme.lower()
    if match is None or scheme not in _DEFAULT_PORTS:
        return None
    port = int(match[3]) if match[3] else _DEFAULT_PORTS[scheme]
    return _Origin(scheme, match[1] or match[2], port) if 0 < port < 65536 else None


def _with_safety_headers(send: Send) -> Send:
    async def sending(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", []), *_SAFETY_HEADERS]
        await send(message)

    return sending


async def _refuse(scope: Scope, send: Send, refusal: _Refusal) -> None:
    """Answer a refused request; a WebSocket with a status too, where the server can do that."""
    prefix = ""
    if scope["type"] == "websocket":
        if "websocket.http.response" not in scope.get("extensions", {}):
            await send({"type": "websocket.close", "code": 1008})
            return
        prefix = "websocket."
    headers = [(b"content-type", b"text/html; charset=utf-8"), *refusal.headers]
    start = {"type": f"{prefix}http.response.start", "status": refusal.status, "headers": headers}
    await send(start)
    await send({"type": f"{prefix}http.response.body", "body": refusal.reason.encode()})
