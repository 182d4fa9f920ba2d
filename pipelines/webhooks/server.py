"""`engops serve`: which sources are served, where it listens, and how it ends."""

import ipaddress
import resource
import signal
import socket
from collections.abc import Callable, Sequence

import uvicorn
from starlette.applications import Starlette

from pipelines import config
from pipelines.webhooks.app import create_app
from pipelines.webhooks.contract import MAX_BODY, Webhook, webhooks
from pipelines.webhooks.protocol import BoundedProtocol
from pipelines.webhooks.secrets import SecretError, key_of, secrets_of
from pipelines.webhooks.segments import SpoolError
from pipelines.webhooks.spool import LIMIT, Spool

# Longer than a reverse proxy keeps its connections, so that it never sends into one that closes.
KEEP_ALIVE_SECONDS = 75
SHUTDOWN_SECONDS = 30
CONNECTIONS = 4_000
FILES = 16_384


class ServeError(Exception):
    """What the one who starts the receiver asked for and cannot be; the text says what to do."""


class StartError(Exception):
    """What keeps a receiver that is asked for rightly from starting; the text says what it is."""


def chosen(
    names: Sequence[str], insecure: Sequence[str]
) -> tuple[dict[str, Webhook], dict[str, list[str]]]:
    """The sources to serve, and their secrets: those named, else every one that has a secret or is named insecure.

    Raises `ServeError` for a source that is unknown or has no secret.
    """
    known = webhooks()
    names, insecure = list(dict.fromkeys(names)), list(dict.fromkeys(insecure))
    unknown = [name for name in (*names, *insecure) if name not in known]
    if unknown:
        raise ServeError(
            f"no source with webhooks is called {', '.join(unknown)}; there are: {', '.join(known)}"
        )
    try:
        secrets = {name: secrets_of(name) for name in names or known}
    except SecretError as error:
        raise ServeError(error) from error
    served = names or [name for name in known if secrets[name] or name in insecure]
    if not served:
        raise ServeError(
            f"no source has a webhook secret; set {key_of('<source>')} for any of: {', '.join(known)}"
        )
    unproved = [name for name in served if not secrets[name] and name not in insecure]
    if unproved:
        keys = "; ".join(key_of(name) for name in unproved)
        raise ServeError(
            f"no webhook secret for {', '.join(unproved)}: set {keys}; "
            f"--insecure {unproved[0]} keeps whatever anybody sends"
        )
    unserved = [name for name in insecure if name not in served]
    if unserved:
        raise ServeError(f"--insecure {unserved[0]}, but only {', '.join(served)} is served")
    return {name: known[name] for name in served}, {name: secrets[name] for name in served}


def serve(
    names: Sequence[str],
    insecure: Sequence[str],
    tell: Callable[[str], None],
    *,
    host: str = "127.0.0.1",
    port: int = 8787,
    max_body: int = MAX_BODY,
    limit: int = LIMIT,
) -> None:
    """Receive until SIGTERM or SIGINT, then finish what is under way. `tell` is given sentences for the operator.

    Raises `ServeError`, and `StartError` where the port is taken or the data folder cannot be written.
    """
    hooks, secrets = chosen(names, insecure)
    with listening(host, port) as listener:
        try:
            spool = Spool(config.data_dir() / "spool", limit)
            for told in spool.start():
                tell(told)
        except (SpoolError, OSError) as error:
            raise StartError(f"the spool cannot be written: {error}") from error
        app = create_app(hooks, secrets, spool, insecure=insecure, max_body=max_body)
        for name in hooks:
            if not secrets[name]:
                tell(f"{name} is insecure: whatever anybody sends is kept as genuine")
        address = listener.getsockname()[:2]
        if not _is_loopback(address[0]):
            tell(
                "this listens to other machines without TLS: put a proxy with TLS in front (docs/webhooks.md)"
            )
        shown = f"[{address[0]}]" if ":" in address[0] else address[0]
        told = f"listening on http://{shown}:{address[1]}/webhooks/ for {', '.join(hooks)}"
        try:
            run(app, listener, lambda: tell(told))
        finally:
            spool.close()
    tell("stopped; what was acknowledged is on disk")


def listening(host: str, port: int) -> socket.socket:
    """A socket that nobody else listens on; whoever connects waits until the receiver runs."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise StartError(f"cannot listen on {host}, port {port}: {error.strerror}") from error


def _is_loopback(address: str) -> bool:
    """Whether only this machine can reach an address."""
    return ipaddress.ip_address(address).is_loopback


def _open_files() -> int:
    """How many files and connections may be open: as many as are allowed without asking anybody."""
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if most == resource.RLIM_INFINITY else min(FILES, most)
    if now != resource.RLIM_INFINITY and now < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
    return wanted


def run(app: Starlette, listener: socket.socket, ready: Callable[[], None] = lambda: None) -> None:
    """Serve until a signal ends it; it is `ready` once a signal ends it in order."""
    files = _open_files()
    options = uvicorn.Config(
        app,
        http=BoundedProtocol,
        ws="none",
        lifespan="off",
        # No access log: query strings and addresses are nobody's business.
        access_log=False,
        log_config=None,
        log_level="error",  # not a line for each request that is no HTTP
        server_header=False,
        proxy_headers=False,
        limit_concurrency=min(CONNECTIONS, files // 2),
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )
    server = uvicorn.Server(options)
    # uvicorn raises the signal that ended it once more when it is done, to whoever listened before it.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, server.handle_exit)
    ready()
    server.run(sockets=[listener])
