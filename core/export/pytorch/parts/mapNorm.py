class ChannelNorm(nn.LayerNorm):
    """Layer norm over the channels of each place of a map."""

    def forward(self, x):
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


def map_norm(channels, axes):
    """Layer norm of a map over all places and channels of an image (a group norm of one group) or over the channels of each place."""
    if axes == "none":
        return nn.Identity()
    return ChannelNorm(channels) if axes == "channels" else nn.GroupNorm(1, channels)
