"""Forked children, threads that cannot start, and the end of the interpreter."""

from __future__ import annotations

import subprocess
import sys

import pytest

PRELUDE = """
import multiprocessing, os, resource, threading, warnings
warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.12 warns of forks beside threads
import numpy as np
import convolens as cl
from convolens import _native
cl.set_num_threads(2)
cl.set_exact(True)  # sums of whole numbers have no rounding then
def work():
    x = cl.ones(4, 16, 40, 40)
    w = cl.ones(32, 16, 3, 3)
    return float(cl.nn.functional.conv2d(x, w).sum().item())
expected = 4 * 32 * 38 * 38 * 144.0
assert work() == expected
"""


def run(code: str, timeout: float = 60) -> str:
    result = subprocess.run(
        [sys.executable, "-c", PRELUDE + code], capture_output=True, text=True, timeout=timeout
    )
    assert result.returncode == 0, result.stdout[-1000:] + result.stderr[-2000:]
    return result.stdout.strip()


def test_kernels_run_in_a_forked_child() -> None:
    assert run("""
context = multiprocessing.get_context("fork")
def child(queue):
    queue.put((work() == expected, _native.thread_count()))
for _ in range(5):
    queue = context.Queue()
    process = context.Process(target=child, args=(queue,))
    process.start()
    print(*queue.get(timeout=30))
    process.join(30)
    assert process.exitcode == 0
    assert work() == expected
""") == "\n".join(["True 2"] * 5)


def test_a_fork_while_other_threads_compute() -> None:
    """No lock of the parent is closed for ever in the child."""
    assert (
        run("""
stop = False
def busy():
    while not stop:
        work(); cl.zeros(100_000)
threads = [threading.Thread(target=busy) for _ in range(3)]
for thread in threads: thread.start()
codes = []
for _ in range(15):
    pid = os.fork()
    if pid == 0:
        os._exit(0 if work() == expected and cl.ones(10).sum().item() == 10 else 1)
    codes.append(os.waitpid(pid, 0)[1])
stop = True
for thread in threads: thread.join()
print(set(codes))
""")
        == "{0}"
    )


def test_children_of_a_busy_process_come_to_their_end() -> None:
    """Python asks at its end for threads that come back, which the child does not have."""
    assert (
        run("""
import sys, time
stop = False
x = cl.ones(8, 8)
def busy():
    while not stop:
        x + x
threads = [threading.Thread(target=busy, daemon=True) for _ in range(3)]
for thread in threads: thread.start()
codes = []
for _ in range(12):
    pid = os.fork()
    if pid == 0:
        sys.exit(0)
    end = time.monotonic() + 20
    while (code := os.waitpid(pid, os.WNOHANG))[0] == 0 and time.monotonic() < end:
        time.sleep(0.01)
    if code[0] == 0:
        os.kill(pid, 9)
        os.waitpid(pid, 0)
    codes.append(code)
stop = True
for thread in threads: thread.join()
print({status if pid else "it hangs" for pid, status in codes})
""")
        == "{0}"
    )


def test_a_child_runs_a_plan_that_another_thread_was_running() -> None:
    assert (
        run("""
net = cl.nn.Sequential(cl.nn.Conv2d(16, 32, 3)).eval().requires_grad_(False)
fast, x = cl.compile(net), cl.ones(4, 16, 40, 40)
right = fast(x).sum().item()
stop = False
def busy():
    while not stop:
        fast(x)
threads = [threading.Thread(target=busy) for _ in range(2)]
for thread in threads: thread.start()
codes = []
for _ in range(15):
    pid = os.fork()
    if pid == 0:
        os._exit(0 if fast(x).sum().item() == right else 1)
    codes.append(os.waitpid(pid, 0)[1])
stop = True
for thread in threads: thread.join()
print(set(codes))
""")
        == "{0}"
    )


def test_the_interpreter_ends_while_a_thread_computes() -> None:
    run("""
threading.Thread(target=lambda: [work() for _ in range(100)], daemon=True).start()
import time; time.sleep(0.05)
""")


@pytest.mark.skipif(sys.platform != "linux", reason="needs the limits of Linux")
def test_threads_that_the_system_refuses() -> None:
    """Too little memory for a thousand stacks is an error or fewer threads, not an abort."""
    assert (
        run("""
cl.set_num_threads(1000)
used = int(open('/proc/self/statm').read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + (150 << 20), -1))
try:
    assert work() == expected
except (RuntimeError, MemoryError) as error:
    assert str(error)
resource.setrlimit(resource.RLIMIT_AS, (-1, -1))
cl.set_num_threads(2)
print(work() == expected)
""")
        == "True"
    )


def test_scratch_of_threads_that_ended_is_given_back() -> None:
    assert (
        run("""
cl.set_num_threads(1)
import gc
def in_use():
    gc.collect(); return _native.memory_statistics()["in_use"]
def once():
    thread = threading.Thread(target=work); thread.start(); thread.join()
once()
before = in_use()
for _ in range(20): once()
print(in_use() <= before)
""")
        == "True"
    )


def test_the_interpreter_ends_in_silence() -> None:
    """Nothing keeps the package's modules, or bound objects are reported as leaked.

    ``typing.overload`` does: it registers functions, and with them their module, for ever.
    """
    code = (
        PRELUDE
        + """
from convolens import nn
net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ConvTranspose2d(2, 1, 3), nn.Flatten(), nn.LazyLinear(2))
net(cl.zeros(1, 1, 8, 8)).sum().backward()
"""
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
