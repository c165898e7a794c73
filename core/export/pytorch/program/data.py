"""Image folders: DIR/train/<class>/* and DIR/val/<class>/*, in any format that Pillow reads."""
import math
import os
import random

import torch
from PIL import Image, ImageOps
from torch.utils.data import Dataset

from augment import erase_random_box, jitter_colours, rand_augment

EXTENSIONS = {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff", ".ppm"}


def open_image(path):
    """The image as RGB, turned as its EXIF orientation says."""
    with Image.open(path) as image:
        return ImageOps.exif_transpose(image).convert("RGB")


def to_tensor(image, normalisation):
    """[3, height, width]: (value / 255 - mean) / std."""
    values = torch.frombuffer(bytearray(image.tobytes()), dtype=torch.uint8).reshape(image.height, image.width, 3)
    mean, std = (torch.tensor(normalisation[key]).reshape(3, 1, 1) for key in ("mean", "std"))
    return (values.permute(2, 0, 1) / 255 - mean) / std


def evaluation_view(image, size, normalisation, crop=1.0):
    """The middle of the image, `crop` of its shorter side."""
    side = crop * min(image.size)
    left, top = (image.width - side) / 2, (image.height - side) / 2
    return to_tensor(image.resize((size, size), Image.Resampling.BICUBIC, (left, top, left + side, top + side)), normalisation)


def training_view(image, size, normalisation, recipe):
    """A random view: crop and mirror, RandAugment, colour jitter, random erasing, as far as the recipe has them."""
    fill = tuple(round(255 * mean) for mean in normalisation["mean"])
    crop = recipe["crop"]
    image = resized_crop(image, size, crop["minArea"]) if crop["kind"] == "resized" else padded_crop(image, size, crop["padding"])
    if recipe["flip"] and random.random() < 0.5:
        image = ImageOps.mirror(image)
    strong = recipe["randAugment"]
    if strong["operations"] > 0:
        image = rand_augment(image, strong["operations"], strong["magnitude"], strong["deviation"], fill)
    if recipe["colourJitter"] > 0:
        image = jitter_colours(image, recipe["colourJitter"])
    return erase_random_box(to_tensor(image, normalisation), recipe["randomErasing"])


def resized_crop(image, size, min_area):
    """A box of `min_area` to 1 of the image, 3:4 to 4:3, at any place."""
    for _ in range(10):
        area = random.uniform(min_area, 1) * image.width * image.height
        aspect = math.exp(random.uniform(math.log(3 / 4), math.log(4 / 3)))
        width, height = math.sqrt(area * aspect), math.sqrt(area / aspect)
        if width <= image.width and height <= image.height:
            break
    else:
        width = height = min(image.size)
    left, top = random.uniform(0, image.width - width), random.uniform(0, image.height - height)
    return image.resize((size, size), Image.Resampling.BICUBIC, (left, top, left + width, top + height))


def padded_crop(image, size, padding):
    """The middle of the image, moved by up to `padding` pixels; black comes in from outside."""
    image = ImageOps.fit(image, (size, size), Image.Resampling.BICUBIC)
    right, down = random.randint(-padding, padding), random.randint(-padding, padding)
    return image.transform((size, size), Image.Transform.AFFINE, (1, 0, right, 0, 1, down))


class ImageFolder(Dataset):
    """Images in a folder for each class. Classes are in the order given, or of their names."""

    def __init__(self, folder, view, class_names=None):
        self.view = view
        if not os.path.isdir(folder):
            raise SystemExit(f"There is no folder {folder}; expected train/ and val/ with a folder for each class.")
        found = sorted(entry.name for entry in os.scandir(folder) if entry.is_dir())
        self.classes = list(class_names) if class_names and set(class_names) == set(found) else found
        self.images = [
            (os.path.join(root, name), label)
            for label, folder_name in enumerate(self.classes)
            for root, _, names in sorted(os.walk(os.path.join(folder, folder_name)))
            for name in sorted(names)
            if os.path.splitext(name)[1].lower() in EXTENSIONS
        ]
        if not self.images:
            raise SystemExit(f"{folder} holds no images; expected a folder for each class with images in it.")

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        path, label = self.images[index]
        return self.view(open_image(path)), label
