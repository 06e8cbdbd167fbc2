"""The report of an evaluation: everything a reader needs to believe, or to doubt, its numbers.

Results, records and photos -> sections -> one page and its Markdown.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from semimatch_cli.datasets.pair import PairSet
from semimatch_cli.evaluation import report_plots, result_tables
from semimatch_cli.evaluation.document import Block, Document, Facts, Remark, Section
from semimatch_cli.evaluation.machine import machine_rows
from semimatch_cli.evaluation.numbers import NOT_COMPARABLE, percent
from semimatch_cli.evaluation.pair_pictures import PairPainter
from semimatch_cli.evaluation.pck import judged, pair_shares
from semimatch_cli.evaluation.records import PairRecord
from semimatch_cli.evaluation.report_folder import check_folder, save_document
from semimatch_cli.evaluation.summary import EvalResult

_PICTURES = 2  # of the best, the median and the worst pairs each
Records = Sequence[PairRecord]


def write_report(
    folder: Path,
    results: Sequence[EvalResult],
    records_by_weights: Mapping[str, Records],
    pair_set: PairSet,
    *,
    floors: Sequence[EvalResult] = (),
    facts: Sequence[tuple[str, str]] = (),
    force: bool = False,
) -> Path:
    """Write a report of the results of one data set and protocol.

    Args:
        folder: Where to: it does not exist, or is empty.
        results: One per weights, at least one.
        records_by_weights: Their records, by `result.header.weights`.
        pair_set: The pairs, whose photos are drawn.
        floors: What any matcher should beat.
        facts: More to tell of the run, such as its device and how long it took.
        force: Whether an earlier report that lies there may be replaced.

    Returns:
        The page, `index.html`; `report.md` and the figures lie beside it.

    Raises:
        InputError: The folder holds something else, or cannot be written.
    """
    check_folder(folder, force=force)
    records = [records_by_weights[one.header.weights] for one in results]
    document = report_document(results, records, pair_set, floors=floors, facts=facts)
    return save_document(document, folder, force=force)


def report_document(
    results: Sequence[EvalResult],
    records: Sequence[Records],
    pair_set: PairSet,
    *,
    floors: Sequence[EvalResult] = (),
    facts: Sequence[tuple[str, str]] = (),
) -> Document:
    """Put the report together; arguments are those of `write_report`, records in order."""
    header = results[0].header
    names = ", ".join(one.header.weights for one in results)
    sections = [
        Section("Result", _result(results, floors)),
        Section("Protocol", _protocol(results)),
    ]
    if result_tables.has_keypoints(results):
        sections += [
            Section("By category and attribute", _breakdown(results, floors, records)),
            Section("Confidence", _confidence(results)),
        ]
        sections += _pair_sections(results, records, pair_set)
    notes = [Remark(note) for note in pair_set.notes]
    sections.append(Section("Machine and data", [Facts([*machine_rows(), *facts]), *notes]))
    title = f"{names} on {header.dataset}"
    return Document(title, result_tables.protocol_sentence(results[0]), sections)


def _result(results: Sequence[EvalResult], floors: Sequence[EvalResult]) -> list[Block]:
    blocks: list[Block] = []
    if results[0].header.limited:
        blocks.append(Remark(NOT_COMPARABLE, warning=True))
    if result_tables.has_keypoints(results):
        blocks.append(result_tables.headline_table(results, floors))
    dense = result_tables.dense_table(results, floors)
    if dense:
        blocks += [Remark(result_tables.DENSE_RULE), dense]
        blocks.append(result_tables.dense_category_table(results, floors))
    return blocks


def _protocol(results: Sequence[EvalResult]) -> list[Block]:
    rows = result_tables.protocol_rows(results)
    weights = [
        (f"sha256 of {one.header.weights}", one.header.weights_sha256 or "unknown")
        for one in results
    ]
    return [Facts([*(row for row in rows if row[0] != "weights"), *weights])]


def _breakdown(
    results: Sequence[EvalResult], floors: Sequence[EvalResult], records: Sequence[Records]
) -> list[Block]:
    counts = Counter(record.category for record in judged(records[0]))
    blocks: list[Block] = [result_tables.category_table(results, floors, counts)]
    if results[0].attributes:
        blocks.append(result_tables.attribute_table(results, floors))
    blocks.append(report_plots.pck_figure(results, floors, records))
    if len(counts) > 1:
        blocks.append(report_plots.category_figure(results, floors))
    if results[0].attributes:
        blocks.append(report_plots.attribute_figure(results, floors))
    return blocks


def _confidence(results: Sequence[EvalResult]) -> list[Block]:
    return [
        result_tables.confidence_table(results),
        report_plots.reliability_figure(results),
        report_plots.risk_figure(results),
    ]


def _pair_sections(
    results: Sequence[EvalResult], records: Sequence[Records], pair_set: PairSet
) -> list[Section]:
    """Draw the best, the median and the worst pairs of each weights."""
    sections = []
    for number, (result, answers) in enumerate(zip(results, records, strict=True)):
        alpha = result_tables.main_alpha(result)
        files = _files(answers, pair_set)
        painter = PairPainter(result.protocol, alpha, files.get)
        ordered = _by_merit(
            [record for record in judged(answers) if painter.can_draw(record)], alpha
        )
        figures = [
            painter.figure(
                record,
                f"pair-{number + 1}-{kind}-{rank + 1}",
                weights=result.header.weights,
                caption=f"{kind.capitalize()}: {record.pair}, PCK@{alpha:g} {percent(share)} %.",
            )
            for kind, chosen in _chosen(ordered).items()
            for rank, (record, share) in enumerate(chosen)
        ]
        drawn = [figure for figure in figures if figure]
        if drawn:
            sections.append(Section(f"Pairs of {result.header.weights}", drawn))
    return sections


def _files(records: Iterable[PairRecord], pair_set: PairSet) -> dict[str, Path]:
    """Return the file of each photo by its name in the records."""
    pairs = {pair.id: pair for pair in pair_set.pairs}
    found: dict[str, Path] = {}
    for record in records:
        pair = pairs.get(record.pair)
        if pair:
            found |= {record.source: pair.source, record.target: pair.target}
    return {name: path for name, path in found.items() if path.is_file()}


def _by_merit(records: Sequence[PairRecord], alpha: float) -> list[tuple[PairRecord, float]]:
    """Order pairs from best to worst: by the share found, then by the mean error."""
    shares = pair_shares(records, [alpha])[0].tolist()
    errors = [_mean_error(record) for record in records]
    rows = sorted(zip(shares, errors, range(len(records)), strict=True), key=_merit)
    return [(records[row], share) for share, _, row in rows]


def _mean_error(record: PairRecord) -> float:
    """Return the mean error in thresholds; one lost answer makes it infinite."""
    errors = record.errors[record.visible] / record.threshold
    return float(np.where(np.isnan(errors), np.inf, errors).mean())


def _merit(row: tuple[float, float, int]) -> tuple[float, float, int]:
    share, error, index = row
    return -share, error, index


def _chosen(
    ordered: Sequence[tuple[PairRecord, float]],
) -> dict[str, Sequence[tuple[PairRecord, float]]]:
    """Take pairs from both ends and the middle, none twice."""
    count = min(_PICTURES, len(ordered) // 3) or min(1, len(ordered))
    middle = max((len(ordered) - count) // 2, count)
    return {
        "best": ordered[:count],
        "median": ordered[middle : middle + count],
        "worst": ordered[max(len(ordered) - count, middle + count) :][::-1],
    }
