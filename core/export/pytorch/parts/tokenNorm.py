def token_norm(channels, epsilon):
    """Layer norm of each token; nothing without an epsilon."""
    return nn.Identity() if epsilon is None else nn.LayerNorm(channels, eps=epsilon)
