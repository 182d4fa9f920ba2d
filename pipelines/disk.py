"""What outlasts a power cut: the content of a file once it is synced, and its name once its folder is."""

import fcntl
import os
from pathlib import Path


def sync(fd: int) -> None:
    """Return when a file's content is on disk."""
    if hasattr(fcntl, "F_FULLFSYNC"):  # macOS: its fsync stops at the disk's own cache
        fcntl.fcntl(fd, fcntl.F_FULLFSYNC)
    else:
        os.fdatasync(fd)


def sync_file(path: Path) -> None:
    """Return when the content of the file that has this name is on disk."""
    fd = os.open(path, os.O_RDONLY)
    try:
        sync(fd)
    finally:
        os.close(fd)


def sync_folder(folder: Path) -> None:
    """Return when the names in a folder are on disk."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
