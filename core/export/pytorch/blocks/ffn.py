class Ffn(nn.Module):
    """Two-layer perceptron with hard-swish on each place of a map."""

    def __init__(self, channels, hidden, norm_axes="tokens-and-channels"):
        super().__init__()
        self.norm = map_norm(channels, norm_axes)
        self.expand = nn.Conv2d(channels, hidden, 1)
        self.project = nn.Conv2d(hidden, channels, 1)
        self.drop_path = DropPath()

    def forward(self, x):  # [batch, channels, height, width]
        return x + self.drop_path(self.project(F.hardswish(self.expand(self.norm(x)))))
