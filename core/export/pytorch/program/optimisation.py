"""The parts of a training step: schedule, mixing of images, loss, clipping, moving average."""
import copy
import math
import random

import torch
from torch.nn import functional as F


def learning_rate_at(step, steps, warmup_steps, highest, lowest):
    """Linear warm-up, then half a cosine (Loshchilov and Hutter 2017), then the lowest rate."""
    if step < warmup_steps:
        return highest * (step + 1) / warmup_steps
    progress = min(1.0, (step - warmup_steps) / max(1, steps - warmup_steps))
    return lowest + (highest - lowest) * (1 + math.cos(math.pi * progress)) / 2


def mixed(images, labels, classes, recipe):
    """Images and target distributions after mixup (Zhang et al. 2018) or CutMix (Yun et al. 2019), one mixing for the batch.

    Each image meets the one that has its place when counted from the end of the batch.
    """
    mix, smoothing = recipe["mix"], recipe["labelSmoothing"]
    targets = F.one_hot(labels, classes).float() * (1 - smoothing) + smoothing / classes
    if max(mix["mixup"], mix["cutmix"]) == 0 or random.random() >= mix["probability"]:
        return images, targets
    cuts = mix["cutmix"] > 0 and (mix["mixup"] == 0 or random.random() < mix["switchProbability"])
    alpha = mix["cutmix"] if cuts else mix["mixup"]
    kept = random.betavariate(alpha, alpha)
    if cuts:
        size = images.shape[3]
        half = int(size * math.sqrt(1 - kept)) // 2
        row, column = random.randrange(size), random.randrange(size)
        rows, columns = (slice(max(0, middle - half), min(size, middle + half)) for middle in (row, column))
        kept = 1 - (rows.stop - rows.start) * (columns.stop - columns.start) / size**2
        images = images.clone()
        images[:, :, rows, columns] = images.flip(0)[:, :, rows, columns]
    else:
        images = kept * images + (1 - kept) * images.flip(0)
    return images, kept * targets + (1 - kept) * targets.flip(0)


def cross_entropy(logits, targets):
    """Mean over the batch, of target distributions."""
    return -(targets * F.log_softmax(logits.float(), 1)).sum(1).mean()


@torch.no_grad()
def clip_units(parameters, share):
    """Adaptive gradient clipping (Brock et al. 2021): no unit's gradient is longer than a share of its weights' norm."""
    for parameter in parameters:
        if parameter.grad is None:
            continue
        axes = tuple(range(1, parameter.dim())) or (0,)
        longest = share * torch.linalg.vector_norm(parameter, dim=axes, keepdim=True).clamp(min=1e-3)
        length = torch.linalg.vector_norm(parameter.grad, dim=axes, keepdim=True)
        parameter.grad.mul_((longest / length.clamp(min=1e-6)).clamp(max=1))


class Average:
    """An exponential moving average of weights and running statistics. A decay of 0 keeps the last weights."""

    def __init__(self, network, decay):
        self.network, self.decay = copy.deepcopy(network).eval().requires_grad_(False), decay

    @torch.no_grad()
    def update(self, network, step):
        # At first shorter, so that it does not hold on to the first weights.
        decay = min(self.decay, (1 + step) / (10 + step))
        for mean, value in zip(self.network.state_dict().values(), network.state_dict().values()):
            if mean.is_floating_point():
                mean.lerp_(value, 1 - decay)
            else:
                mean.copy_(value)
