class TokenHead(nn.Module):
    """Classifier on the class token or on the mean of the map's tokens."""

    def __init__(self, channels, classes, pool, norm_epsilon=None, features=None, extra_tokens=0):
        super().__init__()
        self.pool, self.extra_tokens = pool, extra_tokens
        self.norm = token_norm(channels, norm_epsilon)
        self.features = nn.Linear(channels, features) if features else None
        self.classifier = nn.Linear(features or channels, classes)

    def forward(self, x):  # [batch, tokens, channels] to [batch, classes]
        y = self.norm(x[:, 0]) if self.pool == "classToken" else self.norm(x[:, self.extra_tokens :]).mean(1)
        if self.features is not None:
            y = torch.tanh(self.features(y))
        return self.classifier(y)
