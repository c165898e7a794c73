class OverlappingPatchEmbed(nn.Module):
    """Patches that overlap, as tokens: a convolution, a norm, learned positions and a class token where asked for."""

    def __init__(self, inputs, channels, kernel_size, stride, padding, height, width, norm_epsilon=None, class_token=False, positions=False, dilation=1):
        super().__init__()
        self.padding = padding  # rows and columns of zeros before the image and behind it
        self.embed = nn.Conv2d(inputs, channels, kernel_size, stride, dilation=dilation)
        self.norm = token_norm(channels, norm_epsilon)
        self.position = nn.Parameter(torch.zeros(height * width, channels)) if positions else None
        self.classToken = nn.Parameter(torch.zeros(channels)) if class_token else None

    def forward(self, x):  # [batch, inputs, pixels, pixels] to [batch, tokens, channels]
        tokens = self.norm(self.embed(F.pad(x, self.padding * 2)).flatten(2).transpose(1, 2))
        if self.position is not None:
            tokens = tokens + self.position
        if self.classToken is not None:
            tokens = torch.cat([self.classToken.expand(len(tokens), 1, -1), tokens], 1)
        return tokens
