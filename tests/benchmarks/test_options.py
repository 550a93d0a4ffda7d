"""Options of the benchmarks: what is out of range or occurs nowhere ends with status 2."""

from __future__ import annotations

import pytest
from benchmarks.__main__ import main

WRONG = {
    "suite --quick --cases nosuch": "no layer has 'nosuch' in its name",
    "suite --quick --peers nosuch": "no peer has 'nosuch' in its name",
    "networks --quick --peers nosuch": "no peer has 'nosuch' in its name",
    "training_step --peers nosuch": "no peer has 'nosuch' in its name",
    "operators_torch --names nosuch": "no operator has 'nosuch' in its name",
    "conv --layers nosuch": "no layer has 'nosuch' in its name",
    "choice --images 0": "it is 0, but must be at least 1",
    "networks --batch 0": "it is 0, but must be at least 1",
    "suite --threads 0": "it is 0, but must be at least 1",
    "sweep --passes 0": "it is 0, but must be at least 1",
    "footprint --rounds 0": "it is 0, but must be at least 1",
    "operators_torch --seconds -1": "it is -1, but must be positive and finite",
    "choice --seconds nan": "it is nan, but must be positive and finite",
}


@pytest.mark.parametrize("command", WRONG)
def test_wrong_options(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    try:
        status = main(command.split())
    except SystemExit as error:  # argparse's own
        status = error.code
    assert status == 2
    assert WRONG[command] in capsys.readouterr().err
