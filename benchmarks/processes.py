"""Starts programs, waits until they answer, and ends them and all they started, by pid."""

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks import memory
from benchmarks.errors import BenchError

STOP_SECONDS = 20.0
POLL_SECONDS = 0.1


def free_port() -> int:
    """A TCP port of the loopback that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(
    command: Sequence[str], env: Mapping[str, str], cwd: Path, log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """The program runs inside the block, in a session of its own; its output goes to `log`."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            env=dict(env),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """SIGTERM to the program; SIGKILL to what is left of it and its descendants afterwards."""
    family = memory.family(process.pid)
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for member in family:
        if memory.started_at(member.pid) == member.started:
            os.kill(member.pid, signal.SIGKILL)


def run(
    command: Sequence[str],
    env: Mapping[str, str],
    cwd: Path,
    timeout: float,
    text: str | None = None,
) -> str:
    """Runs a program to its end and returns its output. Raises `BenchError` on any failure."""
    try:
        found = subprocess.run(
            command,
            env=dict(env),
            cwd=cwd,
            input=text,
            stdin=subprocess.DEVNULL if text is None else None,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BenchError(f"{' '.join(command)}: {error}") from error
    if found.returncode:
        raise BenchError(f"{' '.join(command)}: {found.stderr[-2000:] or found.stdout[-2000:]}")
    return found.stdout


def wait_until_answering(
    url: str, process: subprocess.Popen[bytes], log: Path, seconds: float = 60.0
) -> None:
    """Returns once a GET of the URL is answered below 500; else `BenchError` with the log's end."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        if _answers(url):
            return
        time.sleep(POLL_SECONDS)
    raise BenchError(f"nothing answers at {url}:\n{log.read_text(errors='replace')[-2000:]}")


def wait_until_listening(
    port: int, process: subprocess.Popen[bytes], log: Path, seconds: float = 10.0
) -> None:
    """Returns when the loopback port takes connections; `BenchError` with the log's end if not."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(POLL_SECONDS)
    raise BenchError(f"nothing listens on {port}:\n{log.read_text(errors='replace')[-2000:]}")


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False


def wait_until_idle(pid: int, seconds: float = 60.0) -> bool:
    """True once the program and its descendants used under 10 % of a CPU for a second."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        before = memory.cpu_seconds(pid)
        time.sleep(1.0)
        if memory.cpu_seconds(pid) - before < 0.1:
            return True
    return False
