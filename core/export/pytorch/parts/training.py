def blocks(network):
    """Name and module of every block, in the order of the data flow."""
    return [(name, module) for name, module in network.named_modules() if type(module) in STARTS]


@torch.no_grad()
def initialise(network):
    """Draws first weights as STARTS says; biases are zero, and scales of norms stay as they are made."""
    for _, block in blocks(network):
        for name, parameter in block.named_parameters():
            if name in STARTS[type(block)]:
                STARTS[type(block)][name](parameter)
            elif name.endswith("bias"):
                nn.init.zeros_(parameter)


def set_drop_path(network, rate):
    """Stochastic depth: the first residual branch is never left out, the last one with probability `rate`, those between linearly."""
    branches = [module for module in network.modules() if isinstance(module, DropPath)]
    for index, branch in enumerate(branches):
        branch.rate = rate * index / (len(branches) - 1) if len(branches) > 1 else rate


def parameter_groups(network, weight_decay, decay_convolutions=False):
    """Parameters for an optimizer, those that decay apart from the others."""
    decayed, others = [], []
    for _, block in blocks(network):
        for name, parameter in block.named_parameters():
            is_convolution = decay_convolutions and type(block).__name__ in ("Conv", "MbConv") and parameter.dim() == 4
            (decayed if name in DECAYED[type(block)] or is_convolution else others).append(parameter)
    return [{"params": decayed, "weight_decay": weight_decay}, {"params": others, "weight_decay": 0.0}]
