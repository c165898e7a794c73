"""Images without data."""
import torch
from torch.utils.data import Dataset


class SyntheticImages(Dataset):
    """Noise, to try a machine out and to measure its speed without data."""

    def __init__(self, count, size, classes):
        self.count, self.size, self.classes = count, size, [str(index) for index in range(classes)]

    def __len__(self):
        return self.count

    def __getitem__(self, index):
        generator = torch.Generator().manual_seed(index)
        return torch.randn(3, self.size, self.size, generator=generator), index % len(self.classes)
