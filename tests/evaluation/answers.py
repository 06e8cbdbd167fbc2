"""Records made by hand and by hypothesis, shared by the tests of everything computed from them."""

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

from semimatch_cli.evaluation.records import PairRecord

NAN = float("nan")


def record(
    errors: npt.ArrayLike,
    *,
    pair: str = "1",
    scores: npt.ArrayLike | None = None,
    threshold: float = 100.0,
    **changes: object,
) -> PairRecord:
    """Answers that miss far-apart keypoints by the given lengths, pixels.

    Args:
        errors: (N,) distances; NaN for a keypoint that is not visible.
        pair: Id of the pair.
        scores: (N,) confidences, 1 where not given.
        threshold: What alpha multiplies.
        **changes: Other fields of the record.
    """
    lengths = np.asarray(errors, dtype=np.float64)
    count = len(lengths)
    places = np.arange(count)[:, None] * [1000.0, 0.0] + [500.0, 300.0]
    true = np.where(np.isnan(lengths)[:, None], NAN, places)
    found = places + np.nan_to_num(lengths)[:, None] * [0.6, 0.8]
    fields: dict[str, object] = {
        "category": "cat",
        "source": "a.jpg",
        "target": "b.jpg",
        "keypoint_ids": tuple(map(str, range(count))),
        "keypoint_names": ("",) * count,
        "asked": places,
        "true": true,
        "found": found,
        "scores": np.ones(count) if scores is None else np.asarray(scores, dtype=np.float64),
    }
    return PairRecord(pair=pair, threshold=threshold, **{**fields, **changes})


def points(*rows: tuple[float, float]) -> npt.NDArray[np.float64]:
    """Return rows as (N, 2) points."""
    return np.array(rows, dtype=np.float64).reshape(-1, 2)


@st.composite
def records(draw: st.DrawFn, *, most: int = 6) -> list[PairRecord]:
    """Up to `most` pairs of a few photos, with hidden keypoints, lost answers and ties."""
    made = []
    for number in range(draw(st.integers(0, most))):
        count = draw(st.integers(0, 5))
        seed = draw(st.integers(0, 2**16))
        generator = np.random.default_rng(seed)
        true = generator.integers(0, 60, (count, 2)).astype(np.float64)
        found = true + generator.integers(-20, 21, (count, 2))
        true[generator.random(count) < 0.25] = NAN
        found[generator.random(count) < 0.1] = NAN
        scores = generator.integers(0, 8, count) / 7
        scores[generator.random(count) < 0.1] = NAN
        made.append(
            PairRecord(
                pair=str(number),
                category=draw(st.sampled_from(("cat", "dog", "cow"))),
                source=f"{generator.integers(3)}.jpg",
                target=f"{generator.integers(3, 6)}.jpg",
                keypoint_ids=tuple(map(str, range(count))),
                keypoint_names=("left eye", "right eye", "nose", "", "L ear")[:count],
                asked=true,
                true=true,
                found=found,
                scores=scores,
                threshold=float(generator.integers(20, 90)),
                attributes={"viewpoint": int(generator.integers(3))},
            )
        )
    return made
