"""Weights on their way into a training and out of it."""
import json
import os
import sys

import torch

from model import Network
from weights import read_file, write_weights

FACTS = "pocketformer"  # in a file's metadata: what its weights are of
HERE = os.path.dirname(os.path.abspath(__file__))


def load_fitting(network, path, class_names):
    """Loads the weights of a file; a classifier of other classes stays fresh."""
    weights, metadata = read_file(path)
    told = json.loads(metadata.get(FACTS, "null"))
    are_others = bool(told and told["classNames"] and class_names and told["classNames"] != class_names)
    own = network.state_dict()
    fresh = [name for name in weights if ".classifier." in name and name in own and (are_others or weights[name].shape != own[name].shape)]
    network.load_state_dict({**weights, **{name: own[name] for name in fresh}})
    if fresh:
        print(f"Other classes: {', '.join(fresh)} start afresh", file=sys.stderr)


@torch.no_grad()
def hand_back(network, folder, facts):
    """Writes weights, and logits to compare them by, as Pocketformer imports them."""
    os.makedirs(folder, exist_ok=True)
    state = {name: value.float().cpu() if value.is_floating_point() else value.cpu() for name, value in network.state_dict().items()}
    copy = Network(classes=facts["classes"])
    copy.load_state_dict(state)
    images = read_file(os.path.join(HERE, "check.safetensors"))[0]["images"]
    write_weights(os.path.join(folder, "weights.safetensors"), state, {FACTS: json.dumps(facts)})
    logits = copy.eval().double()(images.double()).float()
    write_weights(os.path.join(folder, "check.safetensors"), {"images": images, "logits": logits}, {"logits": f"PyTorch {torch.__version__}"})
