"""Photos per second of the renderer on one core: `OMP_NUM_THREADS=1 python benchmarks/render.py`.

Counts processor time, so that other work on the machine disturbs it little; target 10 at 256 px.
"""

import sys
import time

from semimatch_cli.datasets.synthetic import CATEGORIES, render

SIZE, TARGET = 256, 10.0


def seconds_per_photo(category: str, count: int) -> float:
    """Return the processor time of one photo of a category, the templates already made."""
    render(category, seed=count, size=SIZE)
    start = time.process_time()
    for seed in range(count):
        render(category, seed=seed, size=SIZE)
    return (time.process_time() - start) / count


def main() -> None:
    """Print a line per category, and the rate over all of them."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 8
    times = {category: seconds_per_photo(category, count) for category in CATEGORIES}
    for category, seconds in times.items():
        print(f"{category:<10} {1.0 / seconds:6.1f} photos/s")
    overall = len(times) / sum(times.values())
    print(f"{'all':<10} {overall:6.1f} photos/s at {SIZE} px (target {TARGET:.0f})")


if __name__ == "__main__":
    main()
