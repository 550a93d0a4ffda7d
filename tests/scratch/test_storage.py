import pickle

import numpy as np
import pytest

from convolens.scratch import SimpleConvNet

TINY = ((1, 6, 6), {"filter_num": 2, "filter_size": 3}, 5, 3)


def net(seed, **options):
    return SimpleConvNet(*TINY, seed=seed, **options)


def same(one, other):
    return all((one.params[name] == other.params[name]).all() for name in one.params)


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / "params.npz"
    net(1).save_params(path)
    return path


def test_what_was_saved_is_loaded_and_reaches_the_layers(saved):
    other = net(2)
    x = np.random.default_rng(0).random((2, 1, 6, 6))
    assert (other.predict(x) != net(1).predict(x)).any()
    other.load_params(saved)
    assert same(other, net(1))
    assert (other.predict(x) == net(1).predict(x)).all()


def test_the_name_is_taken_as_it_is_and_nothing_else_is_left(tmp_path):
    net(1).save_params(str(tmp_path / "weights"))
    assert [path.name for path in tmp_path.iterdir()] == ["weights"]


def test_the_usual_name_is_params_npz(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    net(1).save_params()
    other = net(2)
    other.load_params()
    assert same(other, net(1))
    assert (tmp_path / "params.npz").exists()


def test_the_dtype_of_the_network_is_kept(saved):
    single = net(2, dtype=np.float32)
    single.load_params(saved)
    for name, param in net(1).params.items():
        assert single.params[name].dtype == np.float32
        assert (single.params[name] == param.astype(np.float32)).all()


def test_a_save_that_fails_half_way_leaves_the_old_file(saved, monkeypatch):
    def half(file, **arrays):
        file.write(b"PK half of a fil")
        raise OSError("No space left on device")

    monkeypatch.setattr(np, "savez", half)
    with pytest.raises(OSError, match="No space left"):
        net(2).save_params(saved)
    other = net(3)
    other.load_params(saved)
    assert same(other, net(1))
    assert [path.name for path in saved.parent.iterdir()] == ["params.npz"]


@pytest.mark.parametrize("length", [0, 1, 100, -1, -30])
def test_a_file_cut_short_is_refused_and_changes_nothing(saved, length):
    saved.write_bytes(saved.read_bytes()[:length])
    other = net(2)
    with pytest.raises(ValueError, match=r"params\.npz is no file of parameters, or is damaged: "):
        other.load_params(saved)
    assert same(other, net(2))


def test_no_changed_byte_passes_for_another_number(saved):
    """Every 7th byte in turn: a file either is refused or still holds the same numbers."""
    good, refusals = saved.read_bytes(), 0
    for i in range(0, len(good), 7):
        saved.write_bytes(good[:i] + bytes([good[i] ^ 0x14]) + good[i + 1 :])
        other = net(2)
        try:
            other.load_params(saved)
        except ValueError:
            refusals += 1
            assert same(other, net(2))
        else:
            assert same(other, net(1))
    assert refusals > 100


def test_a_pickle_is_refused_and_not_run(tmp_path, refused):
    class Trap:
        def __reduce__(self):
            return (tmp_path.joinpath("ran").touch, ())

    path = tmp_path / "params.pkl"
    path.write_bytes(pickle.dumps({"W1": Trap()}))
    text = (
        f"{path} is no file of parameters, or is damaged: File is not a zip file.\n"
        "Hint: it must be an .npz file that save_params wrote; a pickle is never opened."
    )
    with refused(text):
        net(1).load_params(path)
    np.savez(path.with_suffix(".npz"), **{n: np.array([Trap()]) for n in net(1).params})
    with pytest.raises(ValueError, match="a pickle is never opened"):
        net(1).load_params(path.with_suffix(".npz"))
    assert not tmp_path.joinpath("ran").exists()


def test_compressed_contents_are_refused(saved):
    np.savez_compressed(saved, **net(1).params)
    with pytest.raises(ValueError, match="is damaged: its contents are compressed"):
        net(2).load_params(saved)


def test_refuses_other_shapes_and_changes_nothing(saved, refused):
    other = SimpleConvNet((1, 8, 6), *TINY[1:], seed=2)
    before = {name: param.copy() for name, param in other.params.items()}
    text = (
        f"{saved}: W2 is float64[8, 5], but the network needs float64[12, 5].\n"
        "Hint: build the network with the arguments it had when it was saved."
    )
    with refused(text):
        other.load_params(saved)
    assert all((before[name] == param).all() for name, param in other.params.items())


def test_refuses_what_are_no_numbers(saved):
    np.savez(saved, **(net(1).params | {"b3": np.array(["a", "b", "c"])}))
    with pytest.raises(ValueError, match=r"b3 is <U1\[3\], but the network needs float64\[3\]"):
        net(2).load_params(saved)


def test_refuses_other_names(saved, refused):
    np.savez(saved, W1=np.zeros(1))
    text = (
        f"{saved} holds ['W1'], but the network has ['W1', 'W2', 'W3', 'b1', 'b2', 'b3'].\n"
        "Hint: load the file into a network of the class that saved it."
    )
    with refused(text):
        net(2).load_params(saved)


def test_a_missing_file_is_said_to_be_missing(tmp_path):
    with pytest.raises(FileNotFoundError):
        net(1).load_params(tmp_path / "params.npz")
