"""How numbers are worded: percent with one decimal, the protocol in words, weights by digest.

Terminal and report say the same, so they share these words.
"""

from math import isnan

from semimatch_cli.evaluation.records import RunHeader

NOT_COMPARABLE = "Not comparable with other numbers: the run was limited to some of the pairs."
_DIGITS = 12  # of a digest, in running text


def percent(share: float | None) -> str:
    """Return a share 0..1 as percent with one decimal, a dash where it is not a number."""
    return "-" if share is None or isnan(share) else f"{100.0 * share:.1f}"


def points(change: float) -> str:
    """Return a difference of shares in percentage points, with its sign."""
    return f"{100.0 * change:+.1f}"


def run_name(header: RunHeader) -> str:
    """Return name and digest of a run's weights."""
    digest = header.weights_sha256[:_DIGITS]
    return f"{header.weights} (sha256 {digest})" if digest else header.weights
