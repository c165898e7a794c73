class PooledHead(nn.Module):
    """Classifier on a map: a layer for each place, the mean over all places, two linear layers."""

    def __init__(self, channels, hidden, features, classes):
        super().__init__()
        self.expand = nn.Conv2d(channels, hidden, 1)
        self.expandNorm = nn.BatchNorm2d(hidden)
        self.features = nn.Linear(hidden, features)
        self.classifier = nn.Linear(features, classes)

    def forward(self, x):  # [batch, channels, height, width]
        pooled = F.hardswish(self.expandNorm(self.expand(x))).mean((2, 3))
        return self.classifier(F.hardswish(self.features(pooled)))
