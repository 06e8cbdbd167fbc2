"""A Hub on loopback: the few addresses that its client asks for, with faults to switch on.

It holds one repository, `acme/toy`, with one commit and one file. `fault` names what goes wrong:

    redirect            the file lies elsewhere on this server, as large files do on the Hub
    break_once          the connection breaks in the body; what is asked for next is whole
    break_always        it breaks in every body, at the same byte
    corrupt, corrupt_once   one byte of the body is wrong, its length is right
    silent, stall       no answer at all; a body that stops in the middle
    gated, forbidden, bad_token, unavailable, not_a_hub    403 gated, 403, 401, 503, 404
"""

import hashlib
import json
import threading
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

REPO, FILE, COMMIT = "acme/toy", "model.safetensors", "c0ffee" * 6 + "abcd"
REVISIONS = {"main", "v1", COMMIT}

_DENIALS = {
    "gated": (403, {"X-Error-Code": "GatedRepo"}),
    "forbidden": (403, {"X-Error-Message": "Forbidden"}),
    "bad_token": (401, {"X-Error-Message": "Invalid credentials in Authorization header"}),
    "unavailable": (503, {}),
    "not_a_hub": (404, {}),
}


@dataclass
class Hub:
    """The state of the server, shared with the test."""

    content: bytes
    fault: str = ""
    lfs: bool = True
    requests: list[str] = field(default_factory=list)
    endpoint: str = ""
    closing: threading.Event = field(default_factory=threading.Event)

    @property
    def sha256(self) -> str:
        """The digest that the server claims for its file."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def etag(self) -> str:
        """The digest for a large file, something shorter for a small one."""
        return self.sha256 if self.lfs else hashlib.sha1(self.content).hexdigest()

    def bodies(self) -> int:
        """Count the times that the file itself was asked for."""
        return sum(
            request.startswith("GET") and "/api/" not in request for request in self.requests
        )

    def take_fault(self, name: str) -> bool:
        """Tell whether a fault that happens once or always is due now."""
        if self.fault == f"{name}_once":
            self.fault = ""
            return True
        return self.fault in (name, f"{name}_always")


class _Handler(BaseHTTPRequestHandler):
    hub: Hub
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Stay silent; `hub.requests` is the log."""

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        path = unquote(urlsplit(self.path).path)
        self.hub.requests.append(f"{self.command} {path}")
        if path.startswith("/api/models/"):
            self._answer_about_repository(path.removeprefix("/api/models/"))
        elif path == "/elsewhere":
            self._send_file()
        elif "/resolve/" in path:
            repo, _, rest = path.strip("/").partition("/resolve/")
            self._answer_file(repo, *self._split(rest))
        else:
            self._send(404, {}, b"")

    def _answer_about_repository(self, rest: str) -> None:
        if self.hub.fault == "silent":
            self.hub.closing.wait()
        repo, _, revision = rest.partition("/revision/")
        if self.hub.fault in ("bad_token", "unavailable", "not_a_hub"):
            self._send(*_DENIALS[self.hub.fault])
        elif self._known(repo, revision or "main"):
            self._send(200, {"Content-Type": "application/json"}, self._repository())
        else:
            self._refuse_unknown(repo)

    def _answer_file(self, repo: str, revision: str, file: str) -> None:
        if self.hub.fault in _DENIALS:
            self._send(*_DENIALS[self.hub.fault])
        elif not self._known(repo, revision):
            self._refuse_unknown(repo)
        elif file != FILE:
            self._send(404, {"X-Error-Code": "EntryNotFound", "X-Repo-Commit": COMMIT})
        elif self.hub.fault == "redirect":
            linked = {"X-Linked-Etag": self.hub.etag, "X-Linked-Size": str(len(self.hub.content))}
            self._send(302, {"Location": "/elsewhere", "X-Repo-Commit": COMMIT, **linked})
        else:
            self._send_file()

    def _send_file(self) -> None:
        content, start = self.hub.content, 0
        headers = {"ETag": f'"{self.hub.etag}"', "X-Repo-Commit": COMMIT, "Accept-Ranges": "bytes"}
        wanted = self.headers.get("Range", "")
        breaks = self.command == "GET" and self.hub.take_fault("break")
        if wanted and not breaks:
            start = int(wanted.removeprefix("bytes=").rstrip("-"))
            headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        if self.command == "GET" and self.hub.take_fault("corrupt"):
            content = content[:-1] + bytes([content[-1] ^ 1])
        body = content[start:]
        if breaks:
            self._send(200, headers | {"Content-Length": str(len(body))}, body[: len(body) // 2])
            self.close_connection = True
        elif self.command == "GET" and self.hub.fault == "stall":
            self._send(200, headers | {"Content-Length": str(len(body))}, body[: len(body) // 2])
            self.hub.closing.wait()
        else:
            self._send(206 if start else 200, headers, body)

    def _send(self, status: int, headers: dict[str, str], body: bytes = b"") -> None:
        self.send_response(status, HTTPStatus(status).phrase)
        for name, value in ({"Content-Length": str(len(body))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def _refuse_unknown(self, repo: str) -> None:
        code = "RevisionNotFound" if repo == REPO else "RepoNotFound"
        self._send(404, {"X-Error-Code": code})

    def _repository(self) -> bytes:
        size = len(self.hub.content)
        sibling: dict[str, Any] = {"rfilename": FILE, "size": size, "blobId": "0" * 40}
        if self.hub.lfs:
            sibling["lfs"] = {"sha256": self.hub.sha256, "size": size, "pointerSize": 134}
        body = {"id": REPO, "modelId": REPO, "sha": COMMIT, "siblings": [sibling]}
        return json.dumps(body).encode()

    @staticmethod
    def _known(repo: str, revision: str) -> bool:
        return repo == REPO and revision in REVISIONS

    @staticmethod
    def _split(rest: str) -> tuple[str, str]:
        revision, _, file = rest.partition("/")
        return revision, file


class HubServer:
    """Serve a `Hub` on a free port of loopback, in a thread, for the time of a `with` block."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        handler = type("Handler", (_Handler,), {"hub": hub})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    def __enter__(self) -> Hub:
        self.hub.endpoint = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread.start()
        return self.hub

    def __exit__(self, *_: object) -> None:
        self.hub.closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
