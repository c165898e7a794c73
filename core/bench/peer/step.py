"""Training steps of the networks that Pocketformer's benchmarks train, in plain PyTorch 2.

Reads one JSON object from the first line of standard input:
  kind        "network" or "supernet"
  batch, threads, imageSize, classes
  parameters  {key: {shape, slice}}: what is trained; slice says per axis whether a subnet's share is the first or the centre part
  network     {resolution, blocks}                      (kind "network")
  steps       [[{resolution, blocks}, ...], ...]        (kind "supernet": the subnets of each step)
  smallest    {resolution, blocks}
Every further line is a number of steps to take; each is answered with one line of JSON: {timesMs, peakBytes, peer}.
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
batch, classes = job["batch"], job["classes"]


def is_matrix(key, shape):
    return key.endswith(".weight") and len(shape) == 2


def initial(key, shape):
    if is_matrix(key, shape):
        return torch.randn(shape[::-1]) * 0.05  # [out, in], as PyTorch has linear layers
    if key.endswith(".scale"):
        return torch.ones(shape)
    return torch.zeros(shape) if len(shape) == 1 else torch.randn(shape) * 0.05


parameters = {key: initial(key, entry["shape"]).requires_grad_() for key, entry in job["parameters"].items()}
# Query, key and value are one matrix, as every PyTorch model has them.
for key in [key for key in parameters if key.endswith(".query.bias")]:
    prefix = key[: -len("query.bias")]
    for part in ("weight", "bias"):
        parts = [parameters.pop(f"{prefix}{role}.{part}").detach() for role in ("query", "key", "value")]
        parameters[f"{prefix}qkv.{part}"] = torch.cat(parts).requires_grad_()


def share(key, *shape):
    """A subnet's part of a parameter; the whole of it costs nothing."""
    parameter = parameters[key]
    if tuple(parameter.shape) == shape:
        return parameter
    roles = job["parameters"][key]["slice"][:: -1 if is_matrix(key, shape) else 1]
    cut = []
    for axis, (whole, part) in enumerate(zip(parameter.shape, shape)):
        begin = (whole - part) // 2 if axis < len(roles) and roles[axis] == "centre" else 0
        cut.append(slice(begin, begin + part))
    return parameter[tuple(cut)]


def batch_norm(x, name):
    channels = x.shape[1]
    return F.batch_norm(x, None, None, share(name + ".scale", channels), share(name + ".bias", channels), True)


def map_norm(x, name, axes):
    channels = x.shape[1]
    scale, bias = share(name + ".norm.scale", channels), share(name + ".norm.bias", channels)
    if axes == "tokens-and-channels":
        return F.group_norm(x, 1, scale, bias)
    return F.layer_norm(x.permute(0, 2, 3, 1), (channels,), scale, bias).permute(0, 3, 1, 2)


def conv(block, x, name):
    size = block["kernelSize"]
    weight = share(name + ".conv.weight", block["output"]["channels"], x.shape[1], size, size)
    return F.hardswish(batch_norm(F.conv2d(x, weight, stride=block["stride"], padding=size // 2), name + ".conv"))


def mbconv(block, x, name):
    inputs, outputs, hidden = x.shape[1], block["output"]["channels"], block["hiddenChannels"]
    squeeze, size, y = block["squeezeChannels"], block["kernelSize"], x
    if block["expandRatio"] != 1:
        y = F.hardswish(batch_norm(F.conv2d(y, share(name + ".expand.weight", hidden, inputs, 1, 1)), name + ".expand"))
    y = F.conv2d(y, share(name + ".depthwise.weight", hidden, 1, size, size), stride=block["stride"], padding=size // 2, groups=hidden)
    y = F.hardswish(batch_norm(y, name + ".depthwise"))
    if squeeze:
        reduced = F.conv2d(y.mean((2, 3), keepdim=True), share(name + ".squeeze.weight", squeeze, hidden, 1, 1), share(name + ".squeeze.bias", squeeze))
        gate = F.conv2d(F.relu(reduced), share(name + ".excite.weight", hidden, squeeze, 1, 1), share(name + ".excite.bias", hidden))
        y = y * F.hardsigmoid(gate)
    y = batch_norm(F.conv2d(y, share(name + ".project.weight", outputs, hidden, 1, 1)), name + ".project")
    shortcut = F.avg_pool2d(x, 2, 2, ceil_mode=True) if block["stride"] == 2 else x
    if inputs != outputs:
        shortcut = F.conv2d(shortcut, share(name + ".shortcut.weight", outputs, inputs, 1, 1))
    return y + shortcut


offsets = {}


def relative_offsets(size):
    if size not in offsets:
        rows, columns = torch.arange(size * size) // size, torch.arange(size * size) % size
        span = 2 * size - 1
        offsets[size] = ((rows[:, None] - rows + size - 1) * span + columns[:, None] - columns + size - 1).reshape(-1)
    return offsets[size]


def attention(block, x, name):
    count, channels, size, _ = x.shape
    tokens, heads, width = size * size, block["numHeads"], block["headDim"]
    value_width = width * block["valueRatio"]
    y = map_norm(x, name, block["normAxes"])
    query = F.conv2d(y, share(name + ".query.weight", heads * width, channels, 1, 1) * width ** -0.5)
    key = F.conv2d(y, share(name + ".key.weight", heads * width, channels, 1, 1))
    value = F.conv2d(y, share(name + ".value.weight", heads * value_width, channels, 1, 1))
    value = F.conv2d(value, share(name + ".depthwise.weight", heads * value_width, 1, 3, 3), padding=1, groups=heads * value_width)
    span = 2 * size - 1
    table = share(name + ".relativePosition", span, span, heads).reshape(-1, heads)
    bias = table[relative_offsets(size)].t().reshape(heads, tokens, tokens)
    logits = query.reshape(count, heads, width, tokens).transpose(2, 3) @ key.reshape(count, heads, width, tokens) + bias
    mixed = value.reshape(count, heads, value_width, tokens) @ logits.softmax(-1).transpose(2, 3)
    joined = F.hardswish(mixed.reshape(count, heads * value_width, size, size))
    return x + F.conv2d(joined, share(name + ".project.weight", channels, heads * value_width, 1, 1), share(name + ".project.bias", channels))


def ffn(block, x, name):
    channels, hidden = x.shape[1], block["hiddenChannels"]
    y = F.conv2d(map_norm(x, name, block["normAxes"]), share(name + ".expand.weight", hidden, channels, 1, 1), share(name + ".expand.bias", hidden))
    return x + F.conv2d(F.hardswish(y), share(name + ".project.weight", channels, hidden, 1, 1), share(name + ".project.bias", channels))


def pooled_head(block, x, name):
    hidden, features, labels = block["hiddenChannels"], block["features"], block["classes"]
    y = F.conv2d(x, share(name + ".expand.weight", hidden, x.shape[1], 1, 1), share(name + ".expand.convBias", hidden))
    y = F.hardswish(batch_norm(y, name + ".expand")).mean((2, 3))
    y = F.hardswish(F.linear(y, share(name + ".features.weight", features, hidden), share(name + ".features.bias", features)))
    return F.linear(y, share(name + ".classifier.weight", labels, features), share(name + ".classifier.bias", labels))


def linear(x, name):
    return F.linear(x, parameters[name + ".weight"], parameters[name + ".bias"])


def token_norm(x, name, block):
    return F.layer_norm(x, (x.shape[-1],), parameters[name + ".norm.scale"], parameters[name + ".norm.bias"], block["normEpsilon"])


def patch_embed(block, x, name):
    size = block["patchSize"]
    weight = parameters[name + ".embed.weight"].reshape(-1, x.shape[1], size, size)
    y = F.conv2d(x, weight, parameters[name + ".embed.bias"], stride=size).flatten(2).transpose(1, 2)
    if block["classToken"]:
        y = torch.cat([parameters[name + ".classToken"].expand(y.shape[0], 1, -1), y], 1)
    return y + parameters[name + ".position"] if block["positions"] else y


def encoder_attention(block, x, name):
    count, tokens, _ = x.shape
    heads, width = block["numHeads"], block["headDim"]
    qkv = linear(token_norm(x, name, block), name + ".qkv").reshape(count, tokens, 3, heads, width)
    query, key, value = qkv.permute(2, 0, 3, 1, 4).unbind(0)
    mixed = ((query @ key.transpose(-1, -2)) * width ** -0.5).softmax(-1) @ value
    return x + linear(mixed.transpose(1, 2).reshape(count, tokens, heads * width), name + ".project")


def encoder_mlp(block, x, name):
    return x + linear(F.gelu(linear(token_norm(x, name, block), name + ".expand")), name + ".project")


def token_head(block, x, name):
    extra = block["input"].get("extraTokens", 0)
    y = x[:, :1] if block["pool"] == "classToken" else x[:, extra:]
    return linear((token_norm(y, name, block) if block["norm"] else y).mean(1), name + ".classifier")


kinds = {
    "conv": conv, "mbconv": mbconv, "attention": attention, "ffn": ffn, "pooledHead": pooled_head,
    "patchEmbed": patch_embed, "encoderAttention": encoder_attention, "encoderMlp": encoder_mlp, "tokenHead": token_head,
}


def forward(network, x):
    if x.shape[-1] != network["resolution"]:
        x = F.interpolate(x, size=(network["resolution"],) * 2, mode="bicubic", align_corners=False)
    for block in network["blocks"]:
        x = kinds[block["type"]](block, x, block["name"])
    return x


optimizer = torch.optim.AdamW(parameters.values(), lr=1e-3, weight_decay=0.05, fused=True)
images = torch.randn(batch, 3, job["imageSize"], job["imageSize"])
labels = torch.arange(batch) % classes
taken = 0


def step(x):
    global taken
    optimizer.zero_grad()
    if job["kind"] == "network":
        F.cross_entropy(forward(job["network"], x), labels).backward()
    else:
        subnets = job["steps"][taken % len(job["steps"])]
        soft = 0
        for network in subnets:
            logits = forward(network, x)
            soft = soft + logits.detach().softmax(1) / len(subnets)
            F.cross_entropy(logits, labels, label_smoothing=0.1).backward()
        F.cross_entropy(forward(job["smallest"], x), soft).backward()
        torch.nn.utils.clip_grad_norm_(parameters.values(), 1.0)
    optimizer.step()
    taken += 1


def timed(count, x):
    times = []
    for _ in range(count):
        start = time.perf_counter()
        step(x)
        times.append((time.perf_counter() - start) * 1e3)
    return times


# Which memory layout is faster depends on the network: take the better one.
layouts = {"contiguous": images, "channels last": images.contiguous(memory_format=torch.channels_last)}
trials = {}
for name, x in layouts.items():
    timed(1, x)
    trials[name] = min(timed(3, x))
best = min(trials, key=trials.get)
taken = 0

for line in sys.stdin:
    times = timed(int(line), layouts[best])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    print(json.dumps({"timesMs": times, "peakBytes": peak, "peer": f"PyTorch {torch.__version__}, {best}"}), flush=True)
