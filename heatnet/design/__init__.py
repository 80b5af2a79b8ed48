"""Questions above one run: the cheapest portfolio of projects that reaches a share of waste heat.

`annuity` turns an investment into a yearly cost, `candidates` holds what may be built, `periods` puts hours
together, `rate` states the substitution rate linearly, `programme` the mixed-integer programme, `solve` hands it to HiGHS,
`evaluate` solves one choice over all hours, `search` finds the cheapest portfolio with a proven gap, `curve` repeats that from no
target to the largest rate, `memory` keeps what was found. Equations: docs/theory_portfolio.md.
"""

from heatnet.design.annuity import annuity_share
from heatnet.design.candidates import Option, SharedLoad, Size, State
from heatnet.design.curve import cost_curve
from heatnet.design.evaluate import Evaluator, Found
from heatnet.design.memory import Memory, search_fingerprint
from heatnet.design.outcome import Outcome
from heatnet.design.rate import RateTarget
from heatnet.design.search import RateLimit, SearchLimits, cheapest, largest_rate, rate_bound, search

__all__ = [
    "Evaluator",
    "Found",
    "Memory",
    "Option",
    "Outcome",
    "RateLimit",
    "RateTarget",
    "SearchLimits",
    "SharedLoad",
    "Size",
    "State",
    "annuity_share",
    "cheapest",
    "cost_curve",
    "largest_rate",
    "rate_bound",
    "search",
    "search_fingerprint",
]
