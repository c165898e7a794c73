class PatchEmbed(nn.Module):
    """Patches that do not overlap, as tokens; a class token in front and learned positions where asked for."""

    def __init__(self, inputs, channels, patch_size, height, width, class_token, positions):
        super().__init__()
        self.embed = nn.Conv2d(inputs, channels, patch_size, patch_size)
        tokens = height * width + int(class_token)
        self.classToken = nn.Parameter(torch.zeros(channels)) if class_token else None
        self.position = nn.Parameter(torch.zeros(tokens, channels)) if positions else None

    def forward(self, x):  # [batch, inputs, pixels, pixels] to [batch, tokens, channels]
        tokens = self.embed(x).flatten(2).transpose(1, 2)
        if self.classToken is not None:
            tokens = torch.cat([self.classToken.expand(len(tokens), 1, -1), tokens], 1)
        return tokens if self.position is None else tokens + self.position
