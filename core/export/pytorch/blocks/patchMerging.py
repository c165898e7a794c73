class PatchMerging(nn.Module):
    """Half as many tokens per side: the tokens in windows that may overlap, side by side; a norm; a linear layer (As-ViT, Chen et al. 2022)."""

    def __init__(self, inputs, outputs, kernel_size, height, width, norm_epsilon=None):
        super().__init__()
        self.kernel_size, self.height, self.width = kernel_size, height, width
        before = (kernel_size - 2) // 2
        after = kernel_size - 2 - before
        # Odd maps get a row and a column of zeros more.
        self.padding = (before, after + width % 2, before, after + height % 2)
        self.norm = token_norm(inputs * kernel_size**2, norm_epsilon)
        self.reduce = nn.Linear(inputs * kernel_size**2, outputs, bias=False)

    def forward(self, x):  # [batch, tokens, inputs]
        grid = x.transpose(1, 2).unflatten(2, (self.height, self.width))
        # Channel by channel, and row by row in each.
        windows = F.unfold(F.pad(grid, self.padding), self.kernel_size, stride=2).transpose(1, 2)
        return self.reduce(self.norm(windows))
