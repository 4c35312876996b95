from methods.random_search import RandomSearch


def test_repeats_once_the_space_is_exhausted(make_task, play):
    played = play(RandomSearch, make_task(tiny=True), evaluations=100)
    assert len(set(played.architectures)) == 12
    assert len(set(played.architectures[50:])) > 6  # drawn again, not one over and over
