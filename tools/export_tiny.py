"""Write a training checkpoint as the safetensors file that lies in the wheel.

    python -m tools.export_tiny runs/tiny/last.pt semimatch_cli/weights/tiny.safetensors

The averaged weights are kept, in float16; the network's configuration goes into the header.
"""

import argparse
from pathlib import Path

import torch

from semimatch_cli.matching.network import MatchingNetwork, NetworkConfig
from semimatch_cli.weights.checkpoint import save_checkpoint

CONFIG = NetworkConfig(backbone="tiny", long_side=192, temperature=0.05, window=2)


def main() -> None:
    """Read the checkpoint, fill a network, save it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    network = MatchingNetwork(CONFIG)
    saved = torch.load(arguments.checkpoint, weights_only=True)
    network.backbone.load_state_dict(saved["average"])
    state = {
        name: value.half() if value.is_floating_point() else value
        for name, value in network.state_dict().items()
    }
    save_checkpoint(state, arguments.out, CONFIG.to_dict(), force=True)


if __name__ == "__main__":
    main()
