class MbConv(nn.Module):
    """Inverted residual (Sandler et al. 2018): expansion, depthwise convolution, squeeze-excitation, projection.

    The shortcut averages 2x2 pixels where the stride is 2, and is a 1x1 convolution where the channels change; an "identity" one
    is only where neither is so.
    """

    def __init__(self, inputs, outputs, kernel_size, stride, expand_ratio, squeezed=0, activation="hardswish", shortcut="always"):
        super().__init__()
        hidden = expand_ratio * inputs
        self.stride = stride
        self.activate = getattr(F, activation)
        unchanged = stride == 1 and inputs == outputs
        self.adds_input = shortcut != "identity" or unchanged
        if expand_ratio != 1:
            self.expand = nn.Conv2d(inputs, hidden, 1, bias=False)
            self.expandNorm = nn.BatchNorm2d(hidden)
        else:
            self.expand = None
        self.depthwise = nn.Conv2d(hidden, hidden, kernel_size, stride, kernel_size // 2, groups=hidden, bias=False)
        self.depthwiseNorm = nn.BatchNorm2d(hidden)
        self.squeeze = nn.Conv2d(hidden, squeezed, 1) if squeezed else None
        self.excite = nn.Conv2d(squeezed, hidden, 1) if squeezed else None
        self.project = nn.Conv2d(hidden, outputs, 1, bias=False)
        self.projectNorm = nn.BatchNorm2d(outputs)
        if stride == 1 and shortcut != "identity":
            nn.init.zeros_(self.projectNorm.weight)  # starts as its shortcut
        self.shortcut = nn.Conv2d(inputs, outputs, 1, bias=False) if inputs != outputs and self.adds_input else None
        # Without its branch the block is the identity, so that it may be left out in training.
        self.drop_path = DropPath() if unchanged else nn.Identity()

    def forward(self, x):  # [batch, inputs, height, width]
        y = x
        if self.expand is not None:
            y = self.activate(self.expandNorm(self.expand(y)))
        y = self.activate(self.depthwiseNorm(self.depthwise(y)))
        if self.squeeze is not None:
            channels = F.relu(self.squeeze(y.mean((2, 3), keepdim=True)))
            y = y * F.hardsigmoid(self.excite(channels))
        y = self.projectNorm(self.project(y))
        if not self.adds_input:
            return y
        if self.stride == 2:
            # Odd maps get a row and a column of zeros in front, which count in the average.
            x = F.avg_pool2d(F.pad(x, (x.shape[3] % 2, 0, x.shape[2] % 2, 0)), 2)
        if self.shortcut is not None:
            x = self.shortcut(x)
        return x + self.drop_path(y)
