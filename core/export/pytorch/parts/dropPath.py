class DropPath(nn.Module):
    """Stochastic depth (Huang et al. 2016): in training, leaves a residual branch out for some images and lengthens it for the others."""

    def __init__(self):
        super().__init__()
        self.rate = 0.0  # set_drop_path gives every branch its own

    def forward(self, x):
        if not self.training or self.rate == 0:
            return x
        kept = x.new_empty(len(x), *[1] * (x.dim() - 1)).bernoulli_(1 - self.rate)
        return x * kept / (1 - self.rate)
