from __future__ import annotations

import json
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from convolens.data import load_digits
from convolens.train import read_history
from convolens.train.arrays_file import read_arrays
from data.makers import write_idx_folder, write_image, write_image_folder

from .runs import SMALL, call, refused, trained


def weights(run: Path) -> dict[str, bytes]:
    arrays, _ = read_arrays(run / "checkpoint.safetensors")
    return {name: array.tobytes() for name, array in arrays.items()}


def test_the_default_run_reaches_975() -> None:
    result = call("train")
    assert result.exit_code == 0
    run = Path("runs/digits-digits_convnet")
    assert read_history(run / "history.csv")[-1].test_accuracy >= 0.975
    assert f"report: {run / 'report.html'}" in result.output
    assert "95% interval" in result.output
    page = (run / "report.html").read_text("utf-8")
    assert page.startswith("<!")
    assert "digits_convnet" in page


def test_writes_what_the_help_promises(run) -> None:
    promised = {"report.html", "history.csv", "run.json", "checkpoint.safetensors"}
    assert {path.name for path in run.iterdir()} == {*promised, "initial.safetensors"}
    help_text = call("train", "--help").output
    for name in promised:
        assert name in help_text


def test_a_run_is_never_overwritten() -> None:
    first = call("train", *SMALL)
    second = call("train", *SMALL)
    assert "run: runs/digits-C4k3-R-P2-F10\n" in first.output
    assert "run: runs/digits-C4k3-R-P2-F10-2\n" in second.output
    refused("train", *SMALL, "--out", "runs/digits-C4k3-R-P2-F10", words="never overwritten")


def test_the_settings_are_written(tmp_path) -> None:
    options = (
        "--optimizer", "sgd", "--lr", "0.02", "--momentum", "0.8", "--weight-decay", "1e-4",
        "--schedule", "step", "--step-every", "1", "--step-factor", "0.5", "--augment", "shift1",
        "--early-stopping", "7", "--seed", "3", "--batch-size", "25",
    )  # fmt: skip
    run = trained(tmp_path / "a", *options)
    assert json.loads((run / "run.json").read_text())["settings"] == {
        "optimizer": "sgd", "lr": 0.02, "momentum": 0.8, "weight_decay": 1e-4, "epochs": 2,
        "batch_size": 25, "schedule": "step", "step_every": 1, "step_factor": 0.5,
        "augment": "shift1", "early_stopping": 7, "seed": 3,
    }  # fmt: skip
    assert [row.lr for row in read_history(run / "history.csv")] == [0.02, 0.01]
    assert (run / "best.safetensors").exists()


@pytest.mark.parametrize("optimizer", ["sgd", "adagrad", "rmsprop", "adam", "adamw"])
def test_every_optimizer_learns(tmp_path, optimizer) -> None:
    options = ("--model", "C8k3-R-P2-F10", "--epochs", "6", "--optimizer", optimizer)
    result = call("train", *options, "--out", tmp_path / "a")
    assert result.exit_code == 0
    assert read_history(tmp_path / "a" / "history.csv")[-1].test_accuracy > 0.7


def test_early_stopping_says_which_epoch_was_best(tmp_path) -> None:
    options = ("--early-stopping", "1", "--lr", "0.3", "--epochs", "90")
    result = call("train", *SMALL[:4], *options, "--out", tmp_path / "a")
    rows = read_history(tmp_path / "a" / "history.csv")
    best = len(rows) - 1
    assert len(rows) < 90
    assert f"stopped early: the test loss was least after epoch {best}" in result.output
    # The accuracy is that of the best weights.
    assert f"test accuracy {rows[best - 1].test_accuracy:.2%}" in result.output
    assert f"accuracy {rows[best - 1].test_accuracy:.2%}" in call("evaluate", tmp_path / "a").output


def test_threads_do_not_change_the_bits(tmp_path) -> None:
    one = trained(tmp_path / "one", "--threads", "1")
    two = trained(tmp_path / "two", "--threads", "2")
    assert weights(one) == weights(two)


def test_the_seed_changes_them(tmp_path) -> None:
    one = trained(tmp_path / "one", "--seed", "1")
    two = trained(tmp_path / "two", "--seed", "2")
    assert weights(one) != weights(two)


def test_resumed_for_more_epochs_equals_a_longer_run(tmp_path) -> None:
    options = ("--augment", "shift1", "--optimizer", "rmsprop", "--momentum", "0.5")
    model = ("--model", "C4k3-R-P2-D50-F10", "--limit", "100")
    call("train", *model, *options, "--epochs", "4", "--out", "whole")
    call("train", *model, *options, "--epochs", "2", "--out", "parts")
    result = call("train", "--resume", "parts", "--epochs", "4", "--threads", "1")
    assert result.exit_code == 0, result.output
    assert "going on after 2 of 4 epochs" in result.output
    assert weights(Path("whole")) == weights(Path("parts"))
    assert json.loads(Path("parts/run.json").read_text())["settings"]["epochs"] == 4
    # There is nothing left to do: the report is written again.
    Path("parts/report.html").unlink()
    assert call("train", "--resume", "parts").exit_code == 0
    assert Path("parts/report.html").exists()
    refused("train", "--resume", "parts", "--epochs", "3", words="4 epochs are done already")


def test_ctrl_c_saves_and_says_how_to_go_on(tmp_path) -> None:
    program = [sys.executable, "-m", "convolens"]
    options = ["--epochs", "12", "--augment", "shift1", "--schedule", "cosine"]
    process = subprocess.Popen(
        [*program, "train", *options, "--out", "a run"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    while "epoch  2/12" not in process.stdout.readline():
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 1
    first, second = said.splitlines()
    assert first.startswith("Stopped in epoch")
    assert first.endswith("Saved in a run.")
    assert "Traceback" not in said
    name, *rest = shlex.split(second.removeprefix("Go on with: "))
    assert name == "convolens"
    done = subprocess.run([*program, *rest], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    call("train", *options, "--out", "whole")
    assert weights(Path("a run")) == weights(Path("whole"))


def test_a_folder_of_images(tmp_path) -> None:
    folder = write_image_folder(tmp_path / "photos", {"cat": 12, "dog": 8}, size=(16, 20))
    options = ("--size", "16x16", "--channels", "1", "--epochs", "1", "--augment", "flip")
    result = call("train", folder, *options, "--out", tmp_path / "a")
    assert result.exit_code == 0, result.output
    facts = json.loads((tmp_path / "a" / "run.json").read_text())
    assert facts["classes"] == ["cat", "dog"]
    assert facts["input_shape"] == [1, 16, 16]
    assert Path(facts["data"]).is_absolute()
    assert call("train", "--resume", tmp_path / "a", "--epochs", "2").exit_code == 0


def test_data_may_move_but_not_change(tmp_path) -> None:
    write_idx_folder(tmp_path / "data")
    run = tmp_path / "run"
    model = ("--model", "C2k3-R-F3", "--epochs", "1")
    assert call("train", tmp_path / "data", *model, "--out", run).exit_code == 0
    (tmp_path / "data").rename(tmp_path / "moved")
    refused("train", "--resume", run, "--epochs", "2", words="there is no data set")
    result = call("train", tmp_path / "moved", "--resume", run, "--epochs", "2")
    assert result.exit_code == 0, result.output
    write_idx_folder(tmp_path / "other", train=25)
    words = "not the images that the run was begun with"
    refused("train", tmp_path / "other", "--resume", run, "--epochs", "3", words=words)


BAD_OPTIONS = [
    (("--epochs", "0"), "--epochs"),
    (("--epochs", "x"), "--epochs"),
    (("--batch-size", "0"), "--batch-size"),
    (("--lr", "nan"), "not a finite number"),
    (("--lr", "inf"), "not a finite number"),
    (("--lr", "0"), "--lr"),
    (("--lr", "-1"), "--lr"),
    (("--momentum", "1"), "--momentum"),
    (("--momentum", "0.5"), "adam has no momentum"),
    (("--weight-decay", "nan"), "not a finite number"),
    (("--threads", "0"), "--threads"),
    (("--seed", "-1"), "--seed"),
    (("--seed", str(2**63)), "--seed"),
    (("--step-factor", "0.5"), "the schedule constant has no steps, but --step-factor 0.5"),
    (("--step-every", "10"), "leave --step-every out"),
    (("--schedule", "cosine", "--step-every", "3"), "the schedule cosine has no steps"),
    (("--optimizer", "lion"), "--optimizer"),
    (("--schedule", "linear"), "--schedule"),
    (("--augment", "rotate"), "augment: 'rotate' is not known"),
    (("--early-stopping", "0"), "--early-stopping"),
    (("--size", "8"), "--size"),
    (("--size", "0x8"), "has a side of 0"),
    (("--size", "8x8"), "size and channels are for folders of images"),
    (("--channels", "2", "--size", "8x8"), "size and channels are for folders of images"),
    (("--limit", "0"), "--limit"),
    (("--limit", "5000"), "there are 1,437 training images"),
    (("--limit", "1"), "one class"),
    (("--model", "lenet6"), "there is no network 'lenet6'"),
    (("--model", "C30"), "the network text is wrong"),
    (("--model", "C4k9-F10"), "layer"),
    (("--model", "C4k3-F11"), "11"),
    (("--model", "alexnet"), "In layer features.2"),
    (("--unknown",), "No such option"),
    (("--resume", "missing"), "there is no run folder"),
]


@pytest.mark.parametrize(("options", "words"), BAD_OPTIONS, ids=lambda value: str(value)[:30])
def test_bad_options_are_refused_and_leave_nothing(options, words, tmp_path) -> None:
    refused("train", *options, words=words)
    assert list(tmp_path.iterdir()) == []


def bad_data(kind: str, folder: Path) -> Path:
    if kind == "missing":
        return folder / "nowhere"
    if kind == "empty folder":
        folder.mkdir()
    elif kind == "one class":
        write_image_folder(folder, {"cat": 4})
    elif kind == "two sizes":
        write_image_folder(folder, {"cat": 4, "dog": 4})
        write_image(folder / "dog" / "large.png", size=(9, 9))
    elif kind == "truncated png":
        write_image_folder(folder, {"cat": 9, "dog": 9}, size=(16, 16))
        for path in folder.glob("cat/*"):
            path.write_bytes(path.read_bytes()[:-30])
    elif kind == "truncated idx":
        write_idx_folder(folder)
        path = next(folder.glob("train-images*"))
        path.write_bytes(path.read_bytes()[:-1])
    elif kind in ("npz", "label outside"):
        folder.mkdir()
        images, labels = np.zeros((8, 8, 8), np.uint8), np.arange(8) % 3
        classes = np.array(["a", "b"] if kind == "label outside" else ["a", "b", "c"])
        np.savez(folder / "a.npz", images=images, labels=labels, classes=classes)
        if kind == "npz":
            content = (folder / "a.npz").read_bytes()
            (folder / "a.npz").write_bytes(content[: len(content) // 2])
        return folder / "a.npz"
    return folder


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("missing", "there is no data set, file or folder"),
        ("empty folder", "folder"),
        ("one class", "one class"),
        ("two sizes", "9x9"),
        ("truncated png", "damaged or cut short"),
        ("truncated idx", "bytes"),
        ("npz", ".npz"),
        ("label outside", "label 2"),
    ],
)
def test_bad_data_are_refused(kind, words, tmp_path) -> None:
    data = bad_data(kind, tmp_path / "data")
    said = refused("train", data, "--epochs", "1", "--model", "C2k3-R-F2", words=words)
    assert "size=" not in said
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize("place", range(10))
def test_one_damaged_image_is_found_before_anything_is_written(tmp_path, place) -> None:
    write_image_folder(tmp_path / "data", {"cat": 5, "dog": 5}, size=(16, 16))
    path = sorted((tmp_path / "data").glob("*/*"))[place]
    path.write_bytes(path.read_bytes()[:-30])
    options = ("--epochs", "1", "--model", "C2k3-R-F2", "--out", tmp_path / "run")
    assert str(path) in refused("train", tmp_path / "data", *options, words="damaged or cut short")
    assert not (tmp_path / "run").exists()


def test_the_largest_size_is_said(tmp_path) -> None:
    write_image_folder(tmp_path / "data", {"cat": 4, "dog": 4})
    words = "size is 99999x99999, 9,999,800,001 pixels, but an image has 89,478,485 at most."
    refused("train", tmp_path / "data", "--size", "99999x99999", words=words)


def test_an_out_of_reach_folder_is_refused(tmp_path) -> None:
    (tmp_path / "file").write_bytes(b"")
    for out in ("file/run", "file/runs/run"):
        said = refused("train", *SMALL, "--out", out, words=f"{tmp_path / 'file'} is a file")
        assert "Hint: choose another folder." in said
    said = refused("train", *SMALL, "--out", "file", words="file is a file, but a run needs a")
    assert "--resume" not in said


def test_a_run_that_could_not_be_begun_does_not_block_its_folder(tmp_path) -> None:
    resource = pytest.importorskip("resource")
    run = tmp_path / "run"
    done = subprocess.run(
        [sys.executable, "-m", "convolens", "train", *SMALL, "--out", run],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (2048, 2048)),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert "the run cannot be saved: File too large." in done.stderr
    assert "--resume" not in done.stderr
    assert [path.name for path in run.iterdir()] == ["run.json"]
    said = refused("train", "--resume", run, words="there is nothing to resume")
    assert f"begin the run again, with --out {run}" in said
    trained(run)


def test_a_full_disk_is_a_failed_run(tmp_path, monkeypatch) -> None:
    run = trained(tmp_path / "run")
    before = weights(run)
    monkeypatch.setattr("os.fsync", full_disk)
    said = refused(
        "train", "--resume", run, "--epochs", "3", words="No space left on device", status=1
    )
    assert "Make room, then go on with --resume" in said
    monkeypatch.undo()
    assert weights(run) == before
    assert call("train", "--resume", run, "--epochs", "3").exit_code == 0


def full_disk(descriptor: int) -> None:
    raise OSError(28, "No space left on device")


def test_a_loss_that_is_not_finite_is_a_failed_run(tmp_path) -> None:
    options = ("--optimizer", "sgd", "--lr", "1e30")
    said = refused("train", *SMALL, *options, "--out", "run", words="In layer", status=1)
    assert "Hint: use a smaller learning rate" in said
    # The state before training stays.
    assert (tmp_path / "run" / "checkpoint.safetensors").exists()


@pytest.mark.parametrize("option", ["--lr=0.1", "--model=lenet5", "--seed=0", "--out=x"])
def test_a_run_keeps_its_settings(run, option) -> None:
    name = option.split("=")[0]
    refused("train", "--resume", run, option, words=f"{name} cannot be given with --resume")


@pytest.mark.parametrize("file", ["checkpoint.safetensors", "run.json"])
def test_a_changed_byte_is_refused(run, file) -> None:
    content = bytearray((run / file).read_bytes())
    content[len(content) * 2 // 3] ^= 1
    (run / file).write_bytes(content)
    refused("train", "--resume", run, "--epochs", "3", words="checksum does not fit")


def test_a_checkpoint_of_another_model_is_refused(run, tmp_path) -> None:
    other = tmp_path / "other"
    call("train", *SMALL[2:], "--model", "C5k3-R-P2-F10", "--out", other)
    (other / "checkpoint.safetensors").replace(run / "checkpoint.safetensors")
    said = refused("train", "--resume", run, "--epochs", "3", words="from another run")
    assert "C5k3-R-P2-F10" in said
    assert "C4k3-R-P2-F10" in said


def test_the_report_shows_the_first_image_of_each_class(run) -> None:
    page = (run / "report.html").read_text("utf-8")
    assert "C4k3-R-P2-F10 on digits" in page
    assert load_digits().test.classes[0] in page


def test_the_images_may_be_named_by_an_option(tmp_path) -> None:
    result = call("train", "--data", "digits", *SMALL, "--out", tmp_path / "run")
    assert result.exit_code == 0, result.output
    assert result.output.startswith("digits: ")


def test_the_images_are_not_named_twice(tmp_path) -> None:
    refused("train", "digits", "--data", "mnist", "--out", tmp_path / "run", words="named twice")
