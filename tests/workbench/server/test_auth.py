import asyncio

import pytest

from middlegame.workbench.server.auth import COOKIE, AuthMiddleware


def ask(gate, path="/", query="", kind="http", **headers):
    """Send a request through a gate; give the status, the headers and whether it got through."""
    through, sent = [], []

    async def app(scope, receive, send):
        through.append(scope)
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def send(message):
        sent.append(message)

    gate.app = app
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": kind, "path": path, "query_string": query.encode(), "headers": raw}
    asyncio.run(gate(scope, None, send))
    first = sent[0]
    return first.get("status", first.get("code")), dict(first.get("headers", [])), bool(through)


@pytest.mark.parametrize("host", ["127.0.0.1:8642", "localhost:8642", "[::1]:8642", "LOCALHOST"])
def test_this_machine_is_let_in(host):
    status, headers, through = ask(AuthMiddleware(None), host=host)
    assert (status, through) == (200, True)
    assert b"frame-ancestors 'none'" in headers[b"content-security-policy"]


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example"},
        {},
        {"host": "127.0.0.1.evil.example"},
        {"host": "localhost:8642", "origin": "http://evil.example"},
        {"host": "localhost:8642", "origin": "null"},
    ],
)
def test_other_names_and_other_sites_are_not(kind, headers):
    status, _, through = ask(AuthMiddleware(None), kind=kind, **headers)
    assert not through
    assert status in (403, 421, 1008)


def test_beyond_this_machine_the_token_is_asked_for():
    gate = AuthMiddleware(None, token="right")
    assert ask(gate, host="server:80")[0::2] == (401, False)
    assert ask(gate, query="token=wrong", host="server:80")[0::2] == (401, False)
    assert ask(gate, kind="websocket", query="token=right", host="server")[2] is False
    status, headers, through = ask(gate, "/contest/a", "token=right&a.b=1", host="server:80")
    assert (status, through) == (303, False)
    assert headers[b"location"] == b"/contest/a?a.b=1"
    cookie = headers[b"set-cookie"].decode()
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert ask(gate, host="server:80", cookie=f"{COOKIE}=right")[2]
    assert ask(gate, kind="websocket", host="server:80", cookie=f"{COOKIE}=right")[2]
    assert not ask(gate, host="server:80", cookie=f"{COOKIE}=wrong")[2]
