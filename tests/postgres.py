"""A PostgreSQL server of our own for tests, which ends with them."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path


class AbsentError(Exception):
    """There is no PostgreSQL here; the text says what is lacking."""


@contextmanager
def started() -> Iterator[str]:
    """Its URL while it runs. Raises ``AbsentError``."""
    if find_spec("psycopg") is None:
        raise AbsentError("PostgreSQL's driver is not installed")
    initdb, postgres = _program("initdb"), _program("postgres")
    if initdb is None or postgres is None:
        raise AbsentError("PostgreSQL's server is not installed (Debian: postgresql)")
    user = None
    if os.getuid() == 0:  # a server never runs as root
        try:
            user = pwd.getpwnam("postgres").pw_name
        except KeyError:
            raise AbsentError("root may not run PostgreSQL, and there is no user postgres") from None
    home = Path(subprocess.run(["mktemp", "-d"], capture_output=True, text=True, check=True, user=user).stdout.strip())
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    made = [initdb, "-D", str(home / "data"), "-U", "auditor", "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C"]
    subprocess.run(made, check=True, capture_output=True, user=user, cwd=home)
    options = ["-p", str(port), "-k", str(home), "-c", "fsync=off", "-c", "listen_addresses=127.0.0.1"]
    silent = subprocess.DEVNULL
    running = subprocess.Popen(
        [postgres, "-D", str(home / "data"), *options], user=user, cwd=home, stdout=silent, stderr=silent
    )
    try:
        url = f"postgresql://auditor@127.0.0.1:{port}/postgres"
        _wait_for(url)
        yield url
    finally:
        running.terminate()
        running.wait()
        shutil.rmtree(home)


def _program(name: str) -> str | None:
    beside = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return str(beside[-1]) if beside else shutil.which(name)


def _wait_for(url: str) -> None:
    import psycopg

    for _ in range(600):
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("PostgreSQL did not start")
