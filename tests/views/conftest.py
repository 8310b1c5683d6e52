"""What the tests of the pages share."""

import pytest

from tests.faulty_upstream import FaultyUpstream, answer
from visitors.profiles import upstream


@pytest.fixture
def other_upstream(settings):
    """An upstream that answers as the test tells it, in place of the sandbox."""
    with FaultyUpstream(answer()) as running:
        settings.DATAFAST_API_URL = running.url
        yield running
        upstream.client().close()
