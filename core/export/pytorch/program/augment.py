"""RandAugment, colour jitter and random erasing, in timm's versions, with Pillow's operations."""
import math
import random

import torch
from PIL import Image, ImageEnhance, ImageOps


def enhancement(strength, sign):
    """Factor of an enhancement: 1 leaves the image as it is."""
    return max(0.1, 1 + sign * 0.9 * strength)


def affine(image, coefficients, fill):
    return image.transform(image.size, Image.Transform.AFFINE, coefficients, Image.Resampling.BILINEAR, fillcolor=fill)


# Of an image, a strength from 0 to 1, a direction of 1 or -1, and the colour of what comes from outside.
OPERATIONS = [
    lambda image, strength, sign, fill: ImageOps.autocontrast(image),
    lambda image, strength, sign, fill: ImageOps.equalize(image),
    lambda image, strength, sign, fill: ImageOps.invert(image),
    lambda image, strength, sign, fill: image.rotate(30 * strength * sign, Image.Resampling.BILINEAR, fillcolor=fill),
    lambda image, strength, sign, fill: image.point([byte >> (4 + int(4 * strength)) << (4 + int(4 * strength)) for byte in range(256)] * 3),
    lambda image, strength, sign, fill: image.point([byte if byte < 256 - int(256 * strength) else 255 - byte for byte in range(256)] * 3),
    lambda image, strength, sign, fill: image.point([byte + int(110 * strength) if byte < 128 else byte for byte in range(256)] * 3),
    lambda image, strength, sign, fill: ImageEnhance.Color(image).enhance(enhancement(strength, sign)),
    lambda image, strength, sign, fill: ImageEnhance.Contrast(image).enhance(enhancement(strength, sign)),
    lambda image, strength, sign, fill: ImageEnhance.Brightness(image).enhance(enhancement(strength, sign)),
    lambda image, strength, sign, fill: ImageEnhance.Sharpness(image).enhance(enhancement(strength, sign)),
    lambda image, strength, sign, fill: affine(image, (1, 0.3 * strength * sign, 0, 0, 1, 0), fill),
    lambda image, strength, sign, fill: affine(image, (1, 0, 0, 0.3 * strength * sign, 1, 0), fill),
    lambda image, strength, sign, fill: affine(image, (1, 0, 0.45 * strength * sign * image.width, 0, 1, 0), fill),
    lambda image, strength, sign, fill: affine(image, (1, 0, 0, 0, 1, 0.45 * strength * sign * image.height), fill),
]


def rand_augment(image, operations, magnitude, deviation, fill):
    """RandAugment (Cubuk et al. 2020): operations drawn with repetition, each carried out with probability 1/2; magnitudes of 10."""
    for _ in range(operations):
        operation, sign = random.choice(OPERATIONS), random.choice((-1, 1))
        strength = min(10.0, max(0.0, random.gauss(magnitude, deviation))) / 10
        if random.random() < 0.5:
            image = operation(image, strength, sign, fill)
    return image


def jitter_colours(image, amount):
    """Brightness, contrast and saturation changed by up to a share, in random order."""
    for enhance in random.sample((ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color), 3):
        image = enhance(image).enhance(random.uniform(max(0.0, 1 - amount), 1 + amount))
    return image


def erase_random_box(image, probability):
    """Random erasing (Zhong et al. 2020) of a normalised image [3, size, size]: a box of 2 to 33 % of it becomes noise."""
    if random.random() >= probability:
        return image
    _, rows, columns = image.shape
    for _ in range(10):
        area = random.uniform(0.02, 1 / 3) * rows * columns
        aspect = math.exp(random.uniform(math.log(0.3), math.log(1 / 0.3)))
        height, width = round(math.sqrt(area * aspect)), round(math.sqrt(area / aspect))
        if height < rows and width < columns:
            top, left = random.randint(0, rows - height), random.randint(0, columns - width)
            image[:, top : top + height, left : left + width] = torch.randn(3, height, width)
            break
    return image
