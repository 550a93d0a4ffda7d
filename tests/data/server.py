"""A web server on this machine with files, and with every way in which a mirror can fail."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Mirror:
    """A mirror that serves ``files`` and notes each request as (path, Range header or None).

    Attributes:
        status: The status to answer with instead of the file, if not 0.
        breaks: After how many bytes each of the next answers breaks off; taken from the front.
        ranges: Whether ranges are honoured.
        shift: How many bytes the answers to ranges are off by.
        extra: Bytes that follow each file, which the length does not announce.
        announce: Whether the length is announced.
    """

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files
        self.requests: list[tuple[str, str | None]] = []
        self.status = 0
        self.breaks: list[int] = []
        self.ranges = True
        self.shift = 0
        self.extra = b""
        self.announce = True
        mirror = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                mirror.answer(self)

            def log_message(self, *arguments: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        asked = request.headers.get("Range")
        self.requests.append((request.path, asked))
        content = self.files.get(request.path.lstrip("/"))
        if self.status or content is None:
            request.send_error(self.status or 404)
            return
        start = 0
        if asked and self.ranges:
            start = int(asked.removeprefix("bytes=").removesuffix("-")) + self.shift
            if start >= len(content):
                request.send_error(416)
                return
            request.send_response(206)
            end = len(content) - 1
            request.send_header("Content-Range", f"bytes {start}-{end}/{len(content)}")
        else:
            request.send_response(200)
        if self.announce:
            request.send_header("Content-Length", str(len(content) - start))
        request.end_headers()
        body = content[start:] + self.extra
        if self.breaks:
            body = body[: self.breaks.pop(0)]
        request.wfile.write(body)
