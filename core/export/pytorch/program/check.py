"""Compares the network with the one that it was made from: `python check.py [WEIGHTS]`.

check.safetensors holds random images and the logits that the weights were handed out with. Other weights, such as trained ones, are
compared with the check.safetensors beside them.
"""
import os
import sys

import torch

from model import Network
from weights import read_file

LIMIT = 1e-4  # of the logits' scale


def load_network(path, **options):
    """The network with the weights of a file, ready to be used."""
    weights, _ = read_file(path)
    classifier = weights.get("head.classifier.bias")
    network = Network(**({} if classifier is None else {"classes": classifier.numel()}), **options)
    network.load_state_dict(weights)
    return network.eval()


@torch.no_grad()
def difference(path):
    """Largest difference of a logit from those kept beside the weights, and that relative to the largest logit.

    In double precision, so that the mathematics is compared and not this machine's rounding.
    """
    beside = os.path.join(os.path.dirname(os.path.abspath(path)), "check.safetensors")
    for file in path, beside:
        if not os.path.exists(file):
            sys.exit(f"There is no file {file}.")
    kept, _ = read_file(beside)
    largest = (load_network(path).double()(kept["images"].double()) - kept["logits"]).abs().max().item()
    return largest, largest / kept["logits"].abs().max().item()


if __name__ == "__main__":
    path = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), "weights.safetensors")
    largest, relative = difference(path)
    print(f"{path}: logits differ by at most {largest:.1e}, {relative:.1e} of their scale (limit {LIMIT:.0e})")
    sys.exit(0 if relative <= LIMIT else 1)
