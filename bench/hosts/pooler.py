"""PgBouncer in transaction mode, as Debian packages it, in front of the database."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import make_url

NOBODY = "nobody"
"""Its user: it refuses to work as root."""


def program() -> str | None:
    """Where it is, if it is installed (`apt-get install pgbouncer`)."""
    return shutil.which("pgbouncer", path="/usr/sbin:/usr/bin:/usr/local/bin")


@contextmanager
def pooled(folder: Path, database: str, *, address: str, port: int, size: int = 12) -> Iterator[str]:
    """The address of `database` by way of the pooler, while the block runs.

    Args:
        folder: for its configuration and log; made, and given to its user.
        database: where it leads, with user and password.
        address: where it listens.
        port: the same.
        size: connections to the database that all share.
    """
    url = make_url(database)
    folder.mkdir()
    (folder / "users").write_text(f'"{url.username}" "{url.password}"\n')
    (folder / "pgbouncer.ini").write_text(
        f"[databases]\n{url.database} = host={url.host} port={url.port}\n"
        f"[pgbouncer]\nlisten_addr = {address}\nlisten_port = {port}\nunix_socket_dir =\n"
        f"auth_type = scram-sha-256\nauth_file = {folder}/users\nlogfile = {folder}/log\npidfile = {folder}/pid\n"
        f"pool_mode = transaction\ndefault_pool_size = {size}\nmax_client_conn = 500\nquery_wait_timeout = 20\n"
    )
    for path in (folder, *folder.iterdir()):
        shutil.chown(path, NOBODY)
    folder.parent.chmod(0o711)  # a temporary folder is its owner's alone
    words = [str(program()), "-u", NOBODY, str(folder / "pgbouncer.ini")]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(address, port, folder / "log")
        yield url.set(host=address, port=port).render_as_string(hide_password=False)
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(address: str, port: int, log: Path) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            socket.create_connection((address, port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"pgbouncer does not listen: {log.read_text() if log.exists() else ''}")
