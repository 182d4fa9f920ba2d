"""Reading the archive's files: one JSON text after the other from a stream, and an hour from the archive's server."""

import gzip
import json
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedIOBase
from pathlib import Path
from typing import cast

import orjson
import requests

from pipelines.landing import LoadError
from pipelines.webhooks.contract import MAX_BODY

CHUNK = 2**20
TRIES = 3
TIMEOUT = (10, 60)
# What a gzip that breaks off or is damaged raises while it is read.
BROKEN = (EOFError, OSError, zlib.error)


@contextmanager
def opened(file: Path) -> Iterator[BufferedIOBase]:
    """A file's bytes, unpacked where it is packed."""
    with file.open("rb") as raw:
        if file.name.endswith(".gz"):
            with gzip.open(raw) as content:
                yield cast(BufferedIOBase, content)
        else:
            yield raw


def texts(content: BufferedIOBase) -> Iterator[bytes]:
    """The JSON texts of a stream: a line each, or one after the other without a break, as in the first years.

    Of a stream that breaks off, every whole text comes before the error.
    """
    rest = b""
    while True:
        try:
            chunk = content.read1(CHUNK)
        except BROKEN:
            yield from filter(is_json, split(rest))
            raise
        if not chunk:
            break
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            yield from split(line)
        if len(rest) > CHUNK:
            *whole, rest = split(rest)
            yield from whole
            if len(rest) > MAX_BODY:
                yield rest
                rest = b""
    yield from split(rest)


def split(line: bytes) -> Iterator[bytes]:
    """The JSON texts of a line; what is none comes last, as it is."""
    line = line.strip()
    if not line:
        return
    if b"}{" in line and not is_json(line):
        text = line.decode("utf-8", "surrogateescape")
        start = 0
        while start < len(text):
            try:
                stop = json.JSONDecoder().raw_decode(text, start)[1]
            except (ValueError, RecursionError):
                break
            yield text[start:stop].encode("utf-8", "surrogateescape")
            start = stop
        line = text[start:].encode("utf-8", "surrogateescape")
    if line:
        yield line


def is_json(text: bytes) -> bool:
    """True where a text is one JSON value."""
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    return True


def download(server: str, name: str, folder: Path) -> Path | None:
    """An hour of the archive, as a file; None where the server has no such hour. What breaks off is asked for again."""
    address = f"{server.rstrip('/')}/{name}.json.gz"
    for attempt in range(1, TRIES + 1):
        try:
            return fetched(address, folder / f"{name}.json.gz")
        except requests.RequestException as error:
            if attempt == TRIES:
                raise LoadError(f"{address} cannot be had: {type(error).__name__}") from error
            time.sleep(2**attempt)
    return None


def fetched(address: str, file: Path) -> Path | None:
    """What lies at an address, written to a file as it arrives."""
    with requests.get(address, stream=True, timeout=TIMEOUT) as answer:
        if answer.status_code == requests.codes.not_found:
            return None
        answer.raise_for_status()
        size = 0
        with file.open("wb") as written:
            for chunk in answer.iter_content(CHUNK):
                written.write(chunk)
                size += len(chunk)
        if size < int(answer.headers.get("Content-Length", 0)):
            raise requests.ConnectionError("the answer broke off")
    return file
