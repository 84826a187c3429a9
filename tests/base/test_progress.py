from middlegame.base.progress import STEPS, stages


def test_stages_report_one_whole_that_never_falls_and_ends_in_full():
    seen = []
    both = stages(lambda done, total: seen.append((done, total)), 3, 1)
    for share, stage in zip((3, 1), both, strict=True):
        for done in range(1, 5):
            stage(done, 4)
        assert seen[-1] == (round(STEPS * (0.75 if share == 3 else 1)), STEPS)
    assert seen == sorted(seen)


def test_stages_without_a_callback_are_silent_and_unknown_totals_are_left_out():
    assert list(stages(None, 1, 2)) == [None, None]
    seen = []
    (only,) = stages(lambda done, total: seen.append(done), 1)
    only(5, None)
    assert seen == []
