import re

import pytest


@pytest.fixture
def refused():
    """Return a context that wants a ValueError with exactly the text given."""

    def context(text):
        return pytest.raises(ValueError, match=rf"\A{re.escape(text)}\Z")

    return context
