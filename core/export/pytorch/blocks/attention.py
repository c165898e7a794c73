class Attention(nn.Module):
    """Self-attention on a map, with a depthwise convolution on the values and a learned bias for each head and offset."""

    def __init__(self, channels, heads, head_dim, value_dim, height, width, norm_axes="tokens-and-channels"):
        super().__init__()
        self.heads = heads
        self.norm = map_norm(channels, norm_axes)
        self.query = nn.Conv2d(channels, heads * head_dim, 1, bias=False)
        self.key = nn.Conv2d(channels, heads * head_dim, 1, bias=False)
        self.value = nn.Conv2d(channels, heads * value_dim, 1, bias=False)
        self.depthwise = nn.Conv2d(heads * value_dim, heads * value_dim, 3, padding=1, groups=heads * value_dim, bias=False)
        self.relativePosition = nn.Parameter(torch.zeros(2 * height - 1, 2 * height - 1, heads))
        self.project = nn.Conv2d(heads * value_dim, channels, 1)
        self.drop_path = DropPath()
        # For every pair of places (query, key): the row of the table of offsets, read row by row.
        rows, columns = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
        rows, columns = rows.flatten(), columns.flatten()
        down = rows[:, None] - rows[None, :] + height - 1
        right = columns[:, None] - columns[None, :] + width - 1
        self.register_buffer("relativeOffset", down * (2 * height - 1) + right, persistent=False)

    def forward(self, x):  # [batch, channels, height, width]
        y = self.norm(x)

        def split(y):  # [batch, heads, tokens, width of a head]
            return y.unflatten(1, (self.heads, -1)).flatten(3).transpose(2, 3)

        query, key, value = split(self.query(y)), split(self.key(y)), split(self.depthwise(self.value(y)))
        bias = self.relativePosition.flatten(0, 1)[self.relativeOffset].permute(2, 0, 1)  # [heads, tokens, tokens]
        mixed = F.scaled_dot_product_attention(query, key, value, attn_mask=bias[None].to(query.dtype))
        joined = mixed.transpose(2, 3).reshape(x.shape[0], -1, *x.shape[2:])
        return x + self.drop_path(self.project(F.hardswish(joined)))
