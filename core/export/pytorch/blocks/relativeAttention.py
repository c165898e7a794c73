class RelativeAttention(nn.Module):
    """Self-attention with learned vectors for the distance of two tokens, added to keys and to values (AutoFormer, Chen et al. 2021).

    All heads share the vectors. Row 0 of a table is for pairs with a class token, row d + max_distance + 1 for the distance d from
    query to key; longer distances count as the longest.
    """

    def __init__(self, channels, heads, head_dim, max_distance, height, width, extra_tokens=0, norm_epsilon=None):
        super().__init__()
        self.heads, self.scale = heads, head_dim**-0.5
        self.norm = token_norm(channels, norm_epsilon)
        self.query = nn.Linear(channels, heads * head_dim)
        self.key = nn.Linear(channels, heads * head_dim)
        self.value = nn.Linear(channels, heads * head_dim)
        vectors = lambda: nn.Parameter(torch.zeros(2 * max_distance + 2, head_dim))
        self.relativeKey = nn.ParameterDict({"vertical": vectors(), "horizontal": vectors()})
        self.relativeValue = nn.ParameterDict({"vertical": vectors(), "horizontal": vectors()})
        self.project = nn.Linear(heads * head_dim, channels)
        self.drop_path = DropPath()
        # For every pair of tokens (query, key): the row of each table.
        rows, columns = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
        for name, place in ("vertical", rows.flatten()), ("horizontal", columns.flatten()):
            distance = (place[None, :] - place[:, None]).clamp(-max_distance, max_distance) + max_distance + 1
            self.register_buffer(name, F.pad(distance, (extra_tokens, 0, extra_tokens, 0)), persistent=False)

    def vectors(self, tables):  # [queries, keys, width of a head]
        return tables["vertical"][self.vertical] + tables["horizontal"][self.horizontal]

    def forward(self, x):  # [batch, tokens, channels]
        y = self.norm(x)

        def split(tokens):  # [batch, heads, tokens, width of a head]
            return tokens.unflatten(2, (self.heads, -1)).transpose(1, 2)

        query, key, value = self.scale * split(self.query(y)), split(self.key(y)), split(self.value(y))
        logits = query @ key.transpose(2, 3) + torch.einsum("bhqd,qkd->bhqk", query, self.vectors(self.relativeKey))
        weights = logits.softmax(-1)
        mixed = weights @ value + torch.einsum("bhqk,qkd->bhqd", weights, self.vectors(self.relativeValue))
        return x + self.drop_path(self.project(mixed.transpose(1, 2).flatten(2)))
