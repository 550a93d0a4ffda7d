"""The parent's end of a peer's process."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, final

from benchmarks.peers import Peer
from benchmarks.peers.base import UnavailableError

ROOT = Path(__file__).resolve().parents[1]
_THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


@final
class Worker:
    """A peer in its own process, with its own number of threads.

    Raises:
        UnavailableError: If the peer cannot start, such as for a missing package.
    """

    def __init__(self, peer: Peer, threads: int) -> None:
        self.peer = peer
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.worker"],
            cwd=ROOT,
            env={
                **os.environ,
                **dict.fromkeys(_THREAD_VARIABLES, str(threads)),
                **peer.environment,
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        try:
            self.ask("start", peer.module, threads, dict(peer.options))
        except UnavailableError:
            self.close()
            raise

    def ask(self, verb: str, *arguments: Any) -> Any:
        """Send a request, and wait for the reply.

        Raises:
            UnavailableError: If the peer could not do it.
        """
        assert self._process.stdin
        assert self._process.stdout
        self._process.send_signal(signal.SIGCONT)
        try:
            pickle.dump((verb, arguments), self._process.stdin)
            self._process.stdin.flush()
            ok, value = pickle.load(self._process.stdout)
            # Between its turns its threads would wait for work by asking for it all the time.
            self._process.send_signal(signal.SIGSTOP)
        except (EOFError, BrokenPipeError):
            status = self._process.wait()
            raise UnavailableError(f"its process ended with status {status}") from None
        if not ok:
            raise UnavailableError(value)
        return value

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.send_signal(signal.SIGCONT)
        try:
            self._process.stdin.close()
            self._process.wait(timeout=10)
        except (BrokenPipeError, subprocess.TimeoutExpired):
            self._process.kill()
            self._process.wait()
        finally:
            self._process.stdout.close()
