"""How long the command line takes before it does anything, as ratios measured in one run.

    python benchmarks/command_line.py

| what | floor it is held against | target |
| `semimatch --help` | a five-line Typer program's --help | <= 1.5 |
| `semimatch match` of two photos of 500 px, picture written | `python -c "import torch"` | <= 1.6 |

Arms alternate, so that what else the machine does hits both; the median counts.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

FIVE_LINES = """import typer
app = typer.Typer()
@app.command()
def greet(name: str) -> None: print(name)
app()
"""
SEMIMATCH = (sys.executable, "-m", "semimatch_cli")


def seconds(command: tuple[str, ...]) -> float:
    """Time one run of a command; its failure ends the benchmark."""
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - began


def compare(name: str, ours: tuple[str, ...], floor: tuple[str, ...], rounds: int) -> float:
    """Alternate two commands; print both medians and return their ratio."""
    seconds(ours), seconds(floor)  # fills the caches
    pairs = [(seconds(ours), seconds(floor)) for _ in range(rounds)]
    mine, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(a / b for a, b in pairs)
    print(f"{name}: {mine:.3f} s against {theirs:.3f} s, ratio {ratio:.2f}")
    return ratio


def main() -> None:
    """Measure both ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    os.environ.pop("OMP_NUM_THREADS", None)
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder, "greet.py")
        program.write_text(FIVE_LINES)
        noise = np.random.default_rng(0).integers(0, 255, (24, 32, 3), dtype=np.uint8)
        for name in ("a.jpg", "b.jpg"):
            Image.fromarray(noise).resize((500, 375)).save(Path(folder, name))
        photos = tuple(str(Path(folder, name)) for name in ("a.jpg", "b.jpg"))
        compare("help", (*SEMIMATCH, "--help"), (sys.executable, str(program), "--help"), rounds)
        match = (*SEMIMATCH, "match", *photos, "--out", str(Path(folder, "v.png")), "--force")
        compare("match", match, (sys.executable, "-c", "import torch"), rounds)


if __name__ == "__main__":
    main()
