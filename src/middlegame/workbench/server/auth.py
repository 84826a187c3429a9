"""Who is let in: the right host, and beyond this machine a token."""

import hmac
from collections.abc import Awaitable, Callable, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

COOKIE = "middlegame-token"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>middlegame</title>
<body style="font:1rem/1.5 system-ui;margin:3rem auto;max-width:34rem">
<h1 style="font-size:1.4rem">This workbench asks for a token</h1>
<p>Whoever started it has been told an address that holds the token. Open that address once.</p>"""
_SAFE = (
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


class AuthMiddleware:
    """An ASGI layer around the whole workbench.

    On this machine alone only requests for its own names are answered, so that no page of another
    site can reach it by a name of its own (DNS rebinding). Beyond, a token is asked for: once in
    the address, then as a cookie.
    """

    def __init__(self, app: App, token: str | None = None) -> None:
        self.app, self.token = app, token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request or a WebSocket pass, or not."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        host = _hostname(headers.get(b"host", ""))
        if self.token is None and host not in LOOPBACK:
            await _refuse(scope, send, 421, b"this workbench answers to this machine alone")
            return
        origin = headers.get(b"origin")
        if origin and _hostname(urlsplit(origin).netloc) != host:
            await _refuse(scope, send, 403, b"another site's page may not use this workbench")
            return
        if self.token is None or self._known(headers.get(b"cookie", "")):
            await self.app(scope, receive, _guarded(send))
            return
        await self._admit(scope, send)

    def _known(self, cookies: str) -> bool:
        try:
            found = SimpleCookie(cookies).get(COOKIE)
        except CookieError:
            return False
        return found is not None and self._right(found.value)

    def _right(self, given: str) -> bool:
        return hmac.compare_digest(given.encode(), (self.token or "").encode())

    async def _admit(self, scope: Scope, send: Send) -> None:
        """Take the token from the address, keep it as a cookie, and lead to the page itself."""
        pairs = parse_qsl(scope.get("query_string", b"").decode("latin-1"))
        if scope["type"] != "http" or not any(k == "token" and self._right(v) for k, v in pairs):
            await _refuse(scope, send, 401, _PAGE.encode())
            return
        rest = urlencode([pair for pair in pairs if pair[0] != "token"])
        target = scope["path"] + (f"?{rest}" if rest else "")
        cookie = f"{COOKIE}={self.token}; Path=/; HttpOnly; SameSite=Strict"
        headers = [(b"location", target.encode()), (b"set-cookie", cookie.encode())]
        await send({"type": "http.response.start", "status": 303, "headers": headers})
        await send({"type": "http.response.body", "body": b""})


def _hostname(netloc: str) -> str:
    return (urlsplit(f"//{netloc}").hostname or "").lower()


def _guarded(send: Send) -> Send:
    async def sending(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", []), *_SAFE]
        await send(message)

    return sending


async def _refuse(scope: Scope, send: Send, status: int, body: bytes) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    headers = [(b"content-type", b"text/html; charset=utf-8")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
