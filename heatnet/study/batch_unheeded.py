"""What a batch says and its method would not heed: values beside a distribution, weights of a grid, repeated values."""

from __future__ import annotations

from heatnet.errors import Problem, Problems
from heatnet.i18n import _
from heatnet.study.batch_config import DRAWN, BatchConfig, Choice, Dimension
from heatnet.study.batch_targets import FailuresTarget, PortfolioTarget, choices_of
from heatnet.study.sampling import Level


def unheeded_problems(batch: BatchConfig) -> list[Problem]:
    """Return a problem for everything in a batch that would have no effect, or the effect of something else.

    Parameters
    ----------
    batch : BatchConfig
    """
    problems = Problems()
    portfolios = [name for name, one in batch.dimensions.items() if isinstance(one.target, PortfolioTarget)]
    for name in portfolios[1:]:
        found = _("'{name}' chooses the case already").format(name=portfolios[0])
        problems.add(_key(name, "target"), found, "", _("List all cases in one dimension."))
    for name, dimension in batch.dimensions.items():
        is_drawn = batch.method in DRAWN and not dimension.each
        _note_repeated(name, dimension, problems)
        _note_distribution(name, dimension, is_drawn, problems)
        if isinstance(dimension.target, FailuresTarget):
            _note_draws(name, dimension, batch, problems)
    return list(problems)


def _key(*parts: str) -> str:
    return f"study.yaml, {_('key')} batch.dimensions.{'.'.join(parts)}"


def _note_repeated(name: str, dimension: Dimension, problems: Problems) -> None:
    for key, levels in (("values", dimension.values), ("target", choices_of(dimension.target))):
        repeated = next((one for number, one in enumerate(levels) if one in levels[:number]), None)
        if repeated is not None:
            found = _("value {value!r} stands there twice").format(value=repeated)
            problems.add(
                _key(name, key), found, "", _("Name each value once; a distribution of kind choice has weights.")
            )


def _note_distribution(name: str, dimension: Dimension, is_drawn: bool, problems: Problems) -> None:
    own = dimension.distribution
    if is_drawn and own is not None and dimension.values:
        remedy = _("Leave one of them out.")
        problems.add(_key(name, "values"), _("samples are drawn from the distribution beside it"), "", remedy)
    if not is_drawn and isinstance(own, Choice) and own.weights:
        remedy = _("Leave them out, or draw samples: latin_hypercube, sobol.")
        problems.add(_key(name, "distribution.weights"), _("every value is run once"), "", remedy)


def _note_draws(name: str, dimension: Dimension, batch: BatchConfig, problems: Problems) -> None:
    """Note numbers of draws that are none: a part of one would be the draw before it."""
    own = dimension.distribution
    if own is not None and not isinstance(own, Choice):
        remedy = _("Leave it out: every season then has a draw of its own.")
        problems.add(_key(name, "distribution"), _("draws have whole numbers"), "", remedy)
    levels: list[Level] = [*dimension.values, dimension.base, *(own.values if isinstance(own, Choice) else ())]
    levels += [row.values.get(name) for row in batch.variants.values()]
    for level in levels:
        if isinstance(level, float) and not level.is_integer():
            found = _("value {value!r}").format(value=level)
            problems.add(_key(name), found, _("The number of a draw, without decimals"))
