class EncoderAttention(nn.Module):
    """Self-attention on tokens; with `splits`, each side of the map is cut in so many and attention stays within the windows."""

    def __init__(self, channels, heads, head_dim, norm_epsilon=None, splits=1, height=None, width=None):
        super().__init__()
        self.heads, self.splits, self.height, self.width = heads, splits, height, width
        self.norm = token_norm(channels, norm_epsilon)
        self.query = nn.Linear(channels, heads * head_dim)
        self.key = nn.Linear(channels, heads * head_dim)
        self.value = nn.Linear(channels, heads * head_dim)
        self.project = nn.Linear(heads * head_dim, channels)
        self.drop_path = DropPath()

    def to_windows(self, x):  # [batch, tokens, channels] to [batch x windows, tokens of a window, channels]
        rows, columns = self.height // self.splits, self.width // self.splits
        x = x.reshape(-1, self.splits, rows, self.splits, columns, x.shape[2])
        return x.transpose(2, 3).reshape(-1, rows * columns, x.shape[5])

    def from_windows(self, x):  # the way back
        rows, columns = self.height // self.splits, self.width // self.splits
        x = x.reshape(-1, self.splits, self.splits, rows, columns, x.shape[2])
        return x.transpose(2, 3).reshape(-1, self.height * self.width, x.shape[5])

    def forward(self, x):  # [batch, tokens, channels]
        y = self.norm(x)
        if self.splits > 1:
            y = self.to_windows(y)

        def split(tokens):  # [batch, heads, tokens, width of a head]
            return tokens.unflatten(2, (self.heads, -1)).transpose(1, 2)

        mixed = F.scaled_dot_product_attention(split(self.query(y)), split(self.key(y)), split(self.value(y)))
        joined = mixed.transpose(1, 2).flatten(2)
        if self.splits > 1:
            joined = self.from_windows(joined)
        return x + self.drop_path(self.project(joined))
