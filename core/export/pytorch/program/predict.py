"""Most likely classes of images: `python predict.py WEIGHTS IMAGE...`."""
import json
import os
import sys

import torch

from check import load_network
from data import evaluation_view, open_image
from weights import read_file

if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "handoff.json"), encoding="utf-8") as file:
        facts = json.load(file)
    network = load_network(sys.argv[1])
    # Trained weights tell classes of their own.
    told = json.loads(read_file(sys.argv[1])[1].get("pocketformer", "null")) or facts
    names = told["classNames"]
    for path in sys.argv[2:]:
        image = evaluation_view(open_image(path), facts["resolution"], facts["normalisation"])
        with torch.no_grad():
            probabilities, classes = network(image[None]).softmax(1)[0].topk(min(5, network.head.classifier.out_features))
        answers = [f"{names[c] if names else c} {p:.1%}" for p, c in zip(probabilities.tolist(), classes.tolist())]
        print(f"{path}: {', '.join(answers)}")
