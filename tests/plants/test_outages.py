"""Outages against the closed forms of an alternating renewal process."""

import numpy as np
import pytest

from heatnet.plants.outages import draw_outages, merged_spans, out_of_service, within_service

_YEAR_H = 8760


@pytest.mark.parametrize("constant", [False, True])
@pytest.mark.parametrize(("up_h", "repair_h"), [(200.0, 20.0), (500.0, 100.0)])
def test_share_in_service_is_mean_up_over_both(constant, up_h, repair_h):
    down = np.mean(
        [
            out_of_service(draw_outages("n/p", draw, _YEAR_H, up_h, repair_h, constant=constant), _YEAR_H)
            for draw in range(400)
        ],
        axis=0,
    )
    expected = repair_h / (up_h + repair_h)
    # 400 years: the standard error of the mean is below 2 % of the share
    assert down.mean() == pytest.approx(expected, rel=0.06)
    # stationary: the first days are like the rest of the year
    assert down[:240].mean() == pytest.approx(expected, abs=0.035)


def test_failures_and_repairs_have_their_means():
    spans = [span for draw in range(300) for span in draw_outages("n/p", draw, _YEAR_H, 300.0, 48.0)]
    whole = [end - start for start, end in spans if start > 0 and end < _YEAR_H]
    assert np.mean(whole) == pytest.approx(48.0, rel=0.05)
    assert len(spans) / 300 == pytest.approx(_YEAR_H / 348.0, rel=0.05)


def test_constant_repairs_are_constant():
    spans = draw_outages("n/p", 1, _YEAR_H, 400.0, 24.0, constant=True)
    lengths = {end - start for start, end in spans if start > 0 and end < _YEAR_H}
    # both ends are rounded; repairs that touch are one
    assert lengths <= {23, 24, 25, 47, 48, 49}


def test_the_same_draw_is_the_same_and_plants_are_independent():
    assert draw_outages("n/p", 7, _YEAR_H, 300.0, 24.0) == draw_outages("n/p", 7, _YEAR_H, 300.0, 24.0)
    assert draw_outages("n/p", 7, _YEAR_H, 300.0, 24.0) != draw_outages("n/p", 8, _YEAR_H, 300.0, 24.0)
    both = [
        np.corrcoef(
            out_of_service(draw_outages("n/a", draw, _YEAR_H, 100.0, 50.0), _YEAR_H),
            out_of_service(draw_outages("n/b", draw, _YEAR_H, 100.0, 50.0), _YEAR_H),
        )[0, 1]
        for draw in range(40)
    ]
    assert abs(np.mean(both)) < 0.03


def test_causes_are_independent():
    def out(draw, stream):
        return out_of_service(draw_outages("n/p", draw, _YEAR_H, 100.0, 50.0, stream=stream), _YEAR_H)

    assert abs(np.mean([np.corrcoef(out(draw, "wear"), out(draw, "frost"))[0, 1] for draw in range(40)])) < 0.03


def test_spans_in_order_without_overlap():
    assert merged_spans([(10, 12), (3, 5), (5, 6), (8, 8), (11, 20)]) == ((3, 6), (10, 20))


def test_nothing_is_given_out_of_service():
    out = out_of_service(((1, 3),), 5)
    assert within_service(np.array([1.0, np.inf, 2.0, 3.0, 4.0]), out).tolist() == [1.0, 0.0, 0.0, 3.0, 4.0]
