class PooledHead(nn.Module):
    """Classifier on a map: a layer for each place, the mean over all places, one linear layer or two."""

    def __init__(self, channels, hidden, classes, features=None, activation="hardswish"):
        super().__init__()
        self.activate = getattr(F, activation)
        self.expand = nn.Conv2d(channels, hidden, 1, bias=features is not None)
        self.expandNorm = nn.BatchNorm2d(hidden)
        self.features = nn.Linear(hidden, features) if features is not None else None
        self.classifier = nn.Linear(hidden if features is None else features, classes)

    def forward(self, x):  # [batch, channels, height, width]
        pooled = self.activate(self.expandNorm(self.expand(x))).mean((2, 3))
        return self.classifier(pooled if self.features is None else self.activate(self.features(pooled)))
