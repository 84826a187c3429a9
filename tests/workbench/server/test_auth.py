import asyncio

import pytest

from middlegame.base.errors import MiddlegameError
from middlegame.workbench.server.auth import (
    COOKIE,
    AuthMiddleware,
    GuessLimit,
    local_path,
    refuse_weak_token,
)

TOKEN = "correct-horse-battery"
LOCAL = "127.0.0.1:8642"


def ask(auth, path="/", query="", kind="http", scheme="http", client="10.0.0.1", **headers):
    """Send a request; return the status, the headers and whether the application got it."""
    passed, sent = [], []

    async def app(scope, receive, send):
        passed.append(scope)
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def send(message):
        sent.append(message)

    auth.app = app
    scope = {
        "type": kind,
        "scheme": scheme,
        "path": path,
        "query_string": query.encode(),
        "client": (client, 5000),
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers.items()],
    }
    asyncio.run(auth(scope, None, send))
    first = sent[0]
    return first.get("status", first.get("code")), dict(first.get("headers", [])), bool(passed)


def log_in(auth, host="server:80", **options):
    """Give the token; return the headers of the redirect and the cookie."""
    status, headers, _ = ask(auth, query=f"token={TOKEN}", host=host, **options)
    assert status == 303
    return headers, headers[b"set-cookie"].decode().split(";")[0]


@pytest.mark.parametrize("host", [LOCAL, "localhost:8642", "[::1]:8642", "LOCALHOST"])
def test_request_to_own_name_passes_with_safety_headers(host):
    status, headers, passed = ask(AuthMiddleware(None), host=host)
    assert (status, passed) == (200, True)
    assert b"frame-ancestors 'none'" in headers[b"content-security-policy"]


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "10.0.0.1"])
def test_request_to_another_name_is_refused_without_token(kind, host):
    status, _, passed = ask(AuthMiddleware(None), kind=kind, host=host)
    assert not passed
    assert status == (421 if kind == "http" else 1008)


@pytest.mark.parametrize("token", [None, TOKEN])
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"host": ""},
        {"host": "[::1"},
        {"host": "localhost:port"},
        {"host": "localhost:99999999"},
        {"host": "localhost:0"},
        {"host": "a b"},
        {"host": "user@localhost"},
        {"host": "localhost\xe9"},
        {"host": LOCAL, "origin": "http://[::1"},
        {"host": LOCAL, "origin": "localhost:8642"},
        {"host": LOCAL, "origin": "http://127.0.0.1:8642/path"},
        {"host": LOCAL, "origin": "http://127.0.0.1:x"},
        {"host": LOCAL, "origin": "file:///etc/passwd"},
    ],
)
def test_malformed_host_or_origin_is_a_bad_request(token, headers):
    status, _, passed = ask(AuthMiddleware(None, token), **headers)
    assert (status, passed) == (400, False)


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "null", "http://127.0.0.1:3000", "https://127.0.0.1:8642"],
)
def test_page_of_another_origin_is_refused_with_scheme_and_port(kind, origin):
    status, _, passed = ask(AuthMiddleware(None), kind=kind, host=LOCAL, origin=origin)
    assert not passed
    assert status == (403 if kind == "http" else 1008)


@pytest.mark.parametrize(
    ("scheme", "host", "origin"),
    [
        ("http", LOCAL, f"http://{LOCAL}"),
        ("ws", LOCAL, f"http://{LOCAL}"),
        ("http", "localhost", "http://LOCALHOST:80"),
        ("wss", "localhost", "https://localhost:443"),
        ("https", "localhost", "https://localhost"),
    ],
)
def test_page_of_the_same_origin_passes(scheme, host, origin):
    kind = "websocket" if scheme.startswith("ws") else "http"
    assert ask(AuthMiddleware(None), kind=kind, scheme=scheme, host=host, origin=origin)[2]


def test_websocket_gets_a_status_where_the_server_can_send_one():
    sent = []

    async def send(message):
        sent.append(message)

    scope = {"type": "websocket", "headers": [], "extensions": {"websocket.http.response": {}}}
    asyncio.run(AuthMiddleware(None)(scope, None, send))
    assert sent[0] == {**sent[0], "type": "websocket.http.response.start", "status": 400}


def test_token_in_the_address_becomes_a_cookie_that_is_not_the_token():
    auth = AuthMiddleware(None, TOKEN)
    assert ask(auth, host="server:80")[0::2] == (401, False)
    status, headers, passed = ask(auth, "/contest/a", f"token={TOKEN}&a.b=1", host="server:80")
    assert (status, passed) == (303, False)
    assert headers[b"location"] == b"/contest/a?a.b=1"
    cookie = headers[b"set-cookie"].decode()
    assert {"HttpOnly", "SameSite=Strict"} < set(cookie.split("; "))
    assert TOKEN not in cookie
    for kind in ("http", "websocket"):
        assert ask(auth, kind=kind, host="server:80", cookie=cookie.split(";")[0])[2]
        assert not ask(auth, kind=kind, host="server:80", cookie=f"{COOKIE}={TOKEN}")[2]
        assert not ask(auth, kind=kind, host="server:80", cookie=f"{COOKIE}=\x80")[2]


def test_websocket_does_not_accept_a_token_in_its_address():
    auth = AuthMiddleware(None, TOKEN)
    assert not ask(auth, kind="websocket", query=f"token={TOKEN}", host="server")[2]


def test_cookie_is_marked_secure_behind_https_alone():
    headers, _ = log_in(AuthMiddleware(None, TOKEN), scheme="https")
    assert "Secure" in headers[b"set-cookie"].decode().split("; ")
    headers, _ = log_in(AuthMiddleware(None, TOKEN))
    assert "Secure" not in headers[b"set-cookie"].decode().split("; ")


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/", "/"),
        ("//evil.example/", "/evil.example/"),
        ("/\\evil.example", "/evil.example"),
        ("\\\\evil.example", "/evil.example"),
        ("/a\r\nset-cookie: x=y", "/a%0D%0Aset-cookie:%20x=y"),
        ("/contest/Zürich", "/contest/Z%C3%BCrich"),
        ("", "/"),
    ],
)
def test_redirect_stays_on_this_site(path, target):
    assert local_path(path) == target
    _, headers, _ = ask(AuthMiddleware(None, TOKEN), path, f"token={TOKEN}", host="server")
    assert headers[b"location"].decode() == target


def test_wrong_tokens_are_slowed_down_by_address_and_logged(caplog):
    now = [0.0]
    auth = AuthMiddleware(None, TOKEN, GuessLimit(lambda: now[0]))

    def guess(token, client="10.0.0.1"):
        status, headers, _ = ask(auth, query=f"token={token}", host="server", client=client)
        return status, headers

    _, cookie = log_in(auth)
    waits = []
    for _ in range(12):
        assert guess("wrong")[0] == 401
        status, headers = guess(TOKEN)  # not even the right one counts before its time
        assert status == 429
        waits.append(int(headers[b"retry-after"]))
        now[0] += waits[-1]
    assert waits == sorted(waits)
    assert waits[0] == 1
    assert 60 <= waits[-1] <= 61
    assert "wrong token from 10.0.0.1: number 12" in caplog.text
    assert guess("wrong")[0] == 401
    assert guess(TOKEN, client="10.0.0.2")[0] == 303
    assert ask(auth, host="server", cookie=cookie)[2]
    now[0] += 61
    assert guess(TOKEN)[0] == 303
    assert guess("wrong")[0] == 401
    now[0] += 1
    assert guess(TOKEN)[0] == 303


def test_limit_remembers_a_bounded_number_of_addresses():
    limit = GuessLimit(lambda: 0.0)
    for number in range(1500):
        limit.record(f"10.0.{number // 250}.{number % 250}")
    assert limit.wait("10.0.0.0") == 0.0
    assert limit.wait("10.0.5.249") > 0.0


def test_short_token_is_refused_with_the_reason():
    with pytest.raises(MiddlegameError, match="15 characters; expected at least 16"):
        refuse_weak_token("x" * 15)
    refuse_weak_token("x" * 16)
