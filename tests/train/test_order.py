from __future__ import annotations

import json

from convolens.data import Loader, RandomShift, Subset
from convolens.train.order import fingerprint, order_facts

from .makers import digits

DATA = digits()


def test_fingerprints_tell_data_apart() -> None:
    same, other = digits(), digits(59)
    assert fingerprint(same.train) == fingerprint(DATA.train)
    assert fingerprint(other.train) != fingerprint(DATA.train)
    turned = Subset(DATA.train, DATA.train.labels.argsort())
    assert fingerprint(turned) != fingerprint(DATA.train)


def test_the_facts_differ_with_all_that_orders() -> None:
    facts = [
        order_facts(loader)
        for loader in (
            Loader(DATA.train, 20, seed=1),
            Loader(DATA.train, 20, seed=2),
            Loader(DATA.train, 21, seed=1),
            Loader(DATA.test, 20, seed=1),
            Loader(DATA.train, 20, seed=1, transforms=[RandomShift(1)]),
            Loader(DATA.train, 20, seed=1, transforms=[RandomShift(2)]),
        )
    ]
    assert len({json.dumps(each, sort_keys=True) for each in facts}) == len(facts)
    assert all(json.loads(json.dumps(each)) == each for each in facts)
