class DepthwisePool(nn.Module):
    """Half as many tokens per side by a depthwise convolution (Heo et al. 2021); a linear layer on tokens in front of the map."""

    def __init__(self, inputs, outputs, kernel_size, height, width, extra_tokens=0):
        super().__init__()
        self.height, self.width, self.extra_tokens = height, width, extra_tokens
        self.depthwise = nn.Conv2d(inputs, outputs, kernel_size, 2, kernel_size // 2, groups=inputs)
        self.token = nn.Linear(inputs, outputs) if extra_tokens else None

    def forward(self, x):  # [batch, tokens, inputs]
        first, tokens = x[:, : self.extra_tokens], x[:, self.extra_tokens :]
        grid = tokens.transpose(1, 2).unflatten(2, (self.height, self.width))
        tokens = self.depthwise(grid).flatten(2).transpose(1, 2)
        return tokens if self.token is None else torch.cat([self.token(first), tokens], 1)
