"""uvicorn's HTTP protocol with bounds for what it leaves unbounded: the bytes and the seconds of a request's head."""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_BYTES = 64 * 2**10
HEAD_SECONDS = 30.0


class BoundedProtocol(HttpToolsProtocol):
    """Ends a connection that sends a head (or trailers) without end, or takes too long over it, or says nothing."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Give the first request its time."""
        super().connection_made(transport)
        # Bytes since the parser last made something of them.
        self.loose = 0
        self.late: asyncio.TimerHandle | None = None
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is expected any more."""
        self._has_head()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse; refuse what stays without an end."""
        self.loose += len(data)
        super().data_received(data)
        if self.loose > HEAD_BYTES and not self.transport.is_closing():
            self.send_400_response("The head of the request is too large.")

    def on_message_begin(self) -> None:
        """Give the next request its time."""
        self._expect_head()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The head is here."""
        self._has_head()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A part of the body is here."""
        self.loose = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The whole request is here."""
        self.loose = 0
        super().on_message_complete()

    def _expect_head(self) -> None:
        """Begin to wait for a head."""
        if self.late is None:
            self.late = self.loop.call_later(HEAD_SECONDS, self.transport.close)

    def _has_head(self) -> None:
        """Wait no more."""
        self.loose = 0
        if self.late is not None:
            self.late.cancel()
            self.late = None
