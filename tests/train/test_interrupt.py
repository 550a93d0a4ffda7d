from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from convolens.train.interrupt import Interrupted, StopRequest

from .makers import fit, numbers, trainer
from .test_resume import finish, state_of

TESTS = Path(__file__).parents[1]

PROGRAM = """
import sys, time
from pathlib import Path
from train.makers import fit, trainer

made = trainer(Path(sys.argv[1]))
made.model.register_forward_hook(lambda model, x, y: time.sleep(0.01))
made.on_epoch.append(lambda row: print("epoch", flush=True))
print("begun", flush=True)
fit(made, 3)
print("done")
"""


def begun(folder: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(folder)],
        cwd=TESTS,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    while not (folder / "checkpoint.safetensors").exists():
        time.sleep(0.001)
    return process


def test_a_real_ctrl_c_at_any_moment_loses_nothing(tmp_path) -> None:
    whole = trainer(tmp_path / "whole")
    fit(whole, 3)
    process = begun(tmp_path / "parts")
    time.sleep(random.uniform(0, 0.1))
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert process.returncode != 0
    assert "Interrupted: Stopped in epoch" in errors
    finish(tmp_path / "parts", "adam", [])
    assert state_of(tmp_path / "parts") == state_of(tmp_path / "whole")
    assert not list((tmp_path / "parts").glob(".*"))


def test_a_kill_leaves_the_last_epoch(tmp_path) -> None:
    whole = trainer(tmp_path / "whole")
    fit(whole, 3)
    process = begun(tmp_path / "parts")
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(random.uniform(0, 0.05))
    process.kill()
    process.communicate(timeout=30)
    finish(tmp_path / "parts", "adam", [])
    assert state_of(tmp_path / "parts") == state_of(tmp_path / "whole")


def test_many_ctrl_c_do_not_tear_a_file(tmp_path) -> None:
    process = begun(tmp_path / "parts")
    for _ in range(20):
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            time.sleep(0.001)
    process.communicate(timeout=30)
    made = finish(tmp_path / "parts", "adam", [])
    whole = trainer(tmp_path / "whole")
    fit(whole, 3)
    assert numbers(made.history) == numbers(whole.history)


def test_the_first_is_remembered_the_second_raises() -> None:
    request = StopRequest()
    with request:
        os.kill(os.getpid(), signal.SIGINT)
        assert request.requested
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_second_one_while_saving_leaves_the_file(tmp_path, monkeypatch) -> None:
    made = trainer(tmp_path, stop_after=4)
    real = os.fsync

    def interrupted_sync(descriptor: int) -> None:
        real(descriptor)
        if made.state.position.batch:
            raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted_sync)
    with pytest.raises(KeyboardInterrupt) as caught:
        fit(made, 3)
    assert not isinstance(caught.value, Interrupted)
    monkeypatch.undo()
    assert not list(tmp_path.glob(".*"))
    # What was saved after the first epoch is there.
    again = trainer(tmp_path)
    again.resume()
    assert (again.state.position.epoch, again.state.position.batch) == (1, 0)


def test_a_handler_of_the_program_stays() -> None:
    def own(*_: object) -> None: ...

    before = signal.signal(signal.SIGINT, own)
    try:
        with StopRequest():
            assert signal.getsignal(signal.SIGINT) is own
    finally:
        signal.signal(signal.SIGINT, before)


def test_works_outside_the_main_thread() -> None:
    made = trainer()
    done = []
    thread = threading.Thread(target=lambda: done.append(fit(made, 1)))
    thread.start()
    thread.join(30)
    assert len(done[0]) == 1
