class EncoderMlp(nn.Module):
    """Two-layer perceptron with GELU on each token."""

    def __init__(self, channels, hidden, norm_epsilon=None):
        super().__init__()
        self.norm = token_norm(channels, norm_epsilon)
        self.expand = nn.Linear(channels, hidden)
        self.project = nn.Linear(hidden, channels)
        self.drop_path = DropPath()

    def forward(self, x):  # [batch, tokens, channels]
        return x + self.drop_path(self.project(F.gelu(self.expand(self.norm(x)))))
