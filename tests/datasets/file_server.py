"""A web server on loopback that serves files by path, with faults to switch on.

`fault` names what goes wrong:

    break_once, break_always   the connection breaks in the middle of the file
    no_range                   a range is answered with the whole file
    no_validator               neither an ETag nor a date: nobody can tell whether it has changed
    bad_range, refuse_range    the rest is answered, but of another place; 416 for any range
    short                      every body is one byte shorter than it claims
    unsized                    no length; the end of the connection is the end of the file
    silent, stall              no answer at all; a body that stops in the middle
    redirect, to_file, to_page the file lies elsewhere; a `file://` address; a login page
    403, 404, 503, ...         that status
"""

import hashlib
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Site:
    """The state of the server, shared with the test."""

    files: dict[str, bytes] = field(default_factory=dict)
    fault: str = ""
    requests: list[tuple[str, str]] = field(default_factory=list)
    address: str = ""
    closing: threading.Event = field(default_factory=threading.Event)

    @property
    def ranges(self) -> list[str]:
        """The Range header of each request, empty where there was none."""
        return [wanted for _, wanted in self.requests]


class _Handler(BaseHTTPRequestHandler):
    site: Site
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Stay silent; `site.requests` is the log."""

    def do_GET(self) -> None:
        fault, name = self.site.fault, self.path.strip("/").removeprefix("elsewhere/")
        self.site.requests.append((self.path, self.headers.get("Range", "")))
        if fault == "silent":
            self.site.closing.wait()
        elif fault.isdigit():
            self._send(int(fault), {})
        elif fault == "redirect" and not self.path.startswith("/elsewhere/"):
            self._send(302, {"Location": f"/elsewhere/{name}"})
        elif fault == "to_file":
            self._send(302, {"Location": "file:///etc/hostname"})
        elif fault == "to_page":
            self._send(200, {"Content-Type": "text/html"}, b"<html>log in</html>")
        elif name in self.site.files:
            self._send_file(self.site.files[name])
        else:
            self._send(404, {})

    def _send_file(self, content: bytes) -> None:
        fault, headers = self.site.fault, {"Content-Type": "application/octet-stream"}
        tag = f'"{hashlib.sha1(content).hexdigest()}"'
        if fault != "no_validator":
            headers["ETag"] = tag
        start, wanted = 0, self.headers.get("Range", "")
        if wanted and fault != "no_range" and self.headers.get("If-Range") == tag:
            start = int(wanted.removeprefix("bytes=").rstrip("-"))
            if fault == "refuse_range" or start >= len(content):
                self._send(416, {"Content-Range": f"bytes */{len(content)}"})
                return
            told = start + (fault == "bad_range")
            headers["Content-Range"] = f"bytes {told}-{len(content) - 1}/{len(content)}"
        end = len(content)
        if fault in ("break_once", "break_always", "stall"):
            end //= 2
        elif fault == "short":
            end -= 1
        if fault == "break_once":
            self.site.fault = ""
        self._send(206 if start else 200, headers, content[start:], content[start:end])

    def _send(
        self,
        status: int,
        headers: dict[str, str],
        body: bytes = b"",
        sent: bytes | None = None,
    ) -> None:
        fault = self.site.fault
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if fault != "unsized":
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body if sent is None else sent)
        self.close_connection = True
        if fault == "stall":
            self.site.closing.wait()


class FileServer:
    """Serve a `Site` on a free port of loopback, in a thread, for the time of a `with` block."""

    def __init__(self, site: Site) -> None:
        self.site = site
        handler = type("Handler", (_Handler,), {"site": site})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    def __enter__(self) -> Site:
        self.site.address = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread.start()
        return self.site

    def __exit__(self, *_: object) -> None:
        self.site.closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
