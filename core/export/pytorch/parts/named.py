def named(**modules):
    """One module after the other, with names."""
    return nn.Sequential(OrderedDict(modules))
