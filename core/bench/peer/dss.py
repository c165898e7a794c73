"""The DSS-indicator computed literally in plain PyTorch 2: every token of an image of ones forward and backward with absolute
weights, and the singular values of attention's weights and gradients.

Reads one JSON object from the first line of standard input:
  threads
  networks    [{resolution, classes, blocks}, ...]: block lists of AutoFormer's spaces
Every further line is a number of networks to score, the next ones in turn; each is answered with one line of JSON:
{timesMs, peakBytes, peer}. Drawing the weights is not part of the times.
"""
import json
import resource
import sys
import time

import torch
import torch.nn.functional as F

job = json.loads(sys.stdin.readline())
torch.set_num_threads(job["threads"])
torch.manual_seed(0)


def normal(*shape):
    return (torch.randn(*shape) * 0.02).abs_().requires_grad_()


def zeros(*shape):
    return torch.zeros(*shape, requires_grad=True)


def ones(*shape):
    return torch.ones(*shape, requires_grad=True)


def draw(block):
    """Fresh absolute parameters of a block."""
    width = block["input"]["channels"]
    kind = block["type"]
    if kind == "patchEmbed":
        output = block["output"]
        size = block["patchSize"]
        bound = (width * size * size) ** -0.5
        tokens = output["height"] * output["width"] + output["extraTokens"]
        kernel = torch.empty(output["channels"], width, size, size).uniform_(-bound, bound).abs_().requires_grad_()
        return {"kernel": kernel, "class": normal(1, 1, output["channels"]), "position": normal(1, tokens, output["channels"])}
    parameters = {"scale": ones(width), "shift": zeros(width)}
    if kind == "relativeAttention":
        inner = block["numHeads"] * block["headDim"]
        distances = 2 * block["maxDistance"] + 2
        parameters.update(qkv=normal(3 * inner, width), qkvBias=zeros(3 * inner), project=normal(width, inner), projectBias=zeros(width))
        parameters.update({name: normal(distances, block["headDim"]) for name in ("keyRows", "keyColumns", "valueRows", "valueColumns")})
    elif kind == "encoderMlp":
        hidden = block["hiddenChannels"]
        parameters.update(expand=normal(hidden, width), expandBias=zeros(hidden), project=normal(width, hidden), projectBias=zeros(width))
    elif kind == "tokenHead":
        parameters.update(classifier=normal(block["classes"], width), bias=zeros(block["classes"]))
    else:
        raise SystemExit("no DSS peer for blocks of type " + kind)
    return parameters


def distance_rows(shape, limit):
    """Which row of a table of distances each pair of tokens uses, vertically and horizontally; row 0 with a class token."""
    place = torch.arange(shape["height"] * shape["width"])
    tables = []
    for line in (place // shape["width"], place % shape["width"]):
        rows = (line[None, :] - line[:, None]).clamp(-limit, limit) + limit + 1
        tables.append(F.pad(rows, (1, 0, 1, 0)))
    return tables


def run(block, p, x):
    kind = block["type"]
    if kind == "patchEmbed":
        patches = F.conv2d(x, p["kernel"], stride=block["patchSize"]).flatten(2).transpose(1, 2)
        return torch.cat([p["class"], patches], 1) + p["position"]
    width = block["input"]["channels"]
    normed = F.layer_norm(x, (width,), p["scale"], p["shift"], block["normEpsilon"])
    if kind == "encoderMlp":
        return x + F.linear(F.gelu(F.linear(normed, p["expand"], p["expandBias"])), p["project"], p["projectBias"])
    if kind == "tokenHead":
        return F.linear(normed[:, 1:].mean(1), p["classifier"], p["bias"])
    heads, size, count = block["numHeads"], block["headDim"], x.shape[1]
    query, key, value = F.linear(normed, p["qkv"], p["qkvBias"]).view(count, 3, heads, size).permute(1, 2, 0, 3)
    rows, columns = distance_rows(block["input"], block["maxDistance"])
    logits = query @ key.transpose(1, 2) + torch.einsum("hqd,qkd->hqk", query, p["keyRows"][rows] + p["keyColumns"][columns])
    weights = (logits * size ** -0.5).softmax(-1)
    mixed = weights @ value + torch.einsum("hqk,qkd->hqd", weights, p["valueRows"][rows] + p["valueColumns"][columns])
    return x + F.linear(mixed.transpose(0, 1).reshape(1, count, heads * size), p["project"], p["projectBias"])


def dss(network, parameters):
    x = torch.ones(1, 3, network["resolution"], network["resolution"])
    for block, p in zip(network["blocks"], parameters):
        x = run(block, p, x)
    x.sum().backward()
    total = 0.0
    for block, p in zip(network["blocks"], parameters):
        if block["type"] == "relativeAttention":
            for weight in (p["qkv"], p["project"]):
                total += float(torch.linalg.matrix_norm(weight.grad, "nuc") * torch.linalg.matrix_norm(weight.detach(), "nuc"))
        elif block["type"] == "encoderMlp":
            total += sum(float((weight.grad * weight.detach()).abs().sum()) for weight in (p["expand"], p["project"]))
    return total


scored = 0
for line in sys.stdin:
    times = []
    for _ in range(int(line)):
        network = job["networks"][scored % len(job["networks"])]
        scored += 1
        parameters = [draw(block) for block in network["blocks"]]
        start = time.perf_counter()
        dss(network, parameters)
        times.append((time.perf_counter() - start) * 1e3)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"timesMs": times, "peakBytes": peak, "peer": "torch " + torch.__version__}), flush=True)
