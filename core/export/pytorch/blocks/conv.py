class Conv(nn.Module):
    """The first layer on the image: convolution, batch norm, activation."""

    def __init__(self, inputs, outputs, kernel_size, stride, activation="hardswish"):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel_size, stride, kernel_size // 2, bias=False)
        self.activate = getattr(F, activation)
        self.convNorm = nn.BatchNorm2d(outputs)

    def forward(self, x):  # [batch, inputs, height, width]
        return self.activate(self.convNorm(self.conv(x)))
