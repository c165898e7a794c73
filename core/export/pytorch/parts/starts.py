def normal(deviation):
    return lambda parameter: nn.init.normal_(parameter, std=deviation)


def truncated_normal(deviation):
    return lambda parameter: nn.init.trunc_normal_(parameter, std=deviation, a=-2 * deviation, b=2 * deviation)


def fan_in(inputs=None):
    """Uniform within 1 / sqrt(numbers that each output sums), which is PyTorch's own start of layers."""

    def draw(parameter):
        bound = (inputs or parameter[0].numel()) ** -0.5
        nn.init.uniform_(parameter, -bound, bound)

    return draw
