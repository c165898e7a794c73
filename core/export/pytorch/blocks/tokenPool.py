class TokenPool(nn.Module):
    """The class token or the mean of the map's tokens, as it is."""

    def __init__(self, pool, extra_tokens=0):
        super().__init__()
        self.pool, self.extra_tokens = pool, extra_tokens

    def forward(self, x):  # [batch, tokens, channels] to [batch, channels]
        return x[:, 0] if self.pool == "classToken" else x[:, self.extra_tokens :].mean(1)
