"""Random streams: fixed by their names, and independent of each other."""

from __future__ import annotations

import numpy as np

from bench.seeds import stream


def test_a_stream_is_the_same_on_every_machine_and_in_every_version():
    drawn = stream("nb201-digits", "nsga2", 3, "method").bytes(8)
    assert drawn.hex() == "ee85281aaccb6ef2"


def test_streams_of_different_names_differ():
    names = [("a", 1), ("a", 2), ("b", 1), ("a", 1, "x"), ("a1",)]
    drawn = {stream(*name).bytes(16) for name in names}
    assert len(drawn) == len(names)


def test_numbers_in_a_name_count_as_their_text():
    np.testing.assert_array_equal(stream("a", 1).random(3), stream("a", "1").random(3))
