import logging

import pytest

from mien.bridge.complaints import Complaints


def test_complaints_are_written_at_most_once_a_second_with_a_count_of_the_others(
    caplog: pytest.LogCaptureFixture,
) -> None:
    complaints = Complaints(logging.getLogger("test"))
    with caplog.at_level(logging.WARNING):
        for t in range(0, 2_000_001, 250_000):
            complaints.add(t, f"bad {t}")
    assert caplog.messages == [
        "bad 0",
        "bad 1000000 (and 3 more since the last line)",
        "bad 2000000 (and 3 more since the last line)",
    ]
