#!/usr/bin/env bash
# Draws the pictures of the README, from its root.
set -euo pipefail
semimatch match examples/dog_a.jpg examples/dog_b.jpg --out docs/images/dogs.png --force
semimatch match examples/bird_a.jpg examples/bird_b.jpg --mode dense --out docs/images/birds_dense.png --force
