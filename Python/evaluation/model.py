# SPDX-FileCopyrightText: the Cadastre authors
# SPDX-License-Identifier: Apache-2.0
"""A plain PyTorch twin of the trained model, with the tensor names of its checkpoints."""

import torch
from torch import nn
from torch.nn import functional


class Attention(nn.Module):
    """Causal self-attention with rotary positions."""

    def __init__(self, shape: dict):
        super().__init__()
        hidden, self.heads = shape["hidden"], shape["heads"]
        self.size = hidden // self.heads
        for name in ("q_proj", "k_proj", "v_proj", "o_proj"):
            setattr(self, name, nn.Linear(hidden, hidden, bias=False))
        powers = torch.arange(0, self.size, 2) / self.size
        angles = torch.outer(torch.arange(shape["context"]), shape["rope_base"] ** -powers)
        angles = torch.cat([angles, angles], dim=-1)
        future = torch.ones(shape["context"], shape["context"], dtype=torch.bool).triu(1)
        self.register_buffer("cosine", angles.cos(), persistent=False)
        self.register_buffer("sine", angles.sin(), persistent=False)
        self.register_buffer("future", future, persistent=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        batch, time, hidden = x.shape

        def split(y: torch.Tensor) -> torch.Tensor:
            return y.reshape(batch, time, self.heads, self.size).transpose(1, 2)

        def turn(y: torch.Tensor) -> torch.Tensor:
            left, right = y.chunk(2, dim=-1)
            return y * self.cosine[:time] + torch.cat([-right, left], dim=-1) * self.sine[:time]

        query, key, value = turn(split(self.q_proj(x))), turn(split(self.k_proj(x))), self.v_proj(x)
        weights = query @ key.transpose(-1, -2) / self.size**0.5
        weights = weights.masked_fill(self.future[:time, :time], float("-inf")).softmax(dim=-1)
        mixed = (weights @ split(value)).transpose(1, 2).reshape(batch, time, hidden)
        return self.o_proj(mixed)


class FeedForward(nn.Module):
    """The gated layer."""

    def __init__(self, hidden: int, inner: int):
        super().__init__()
        self.gate_proj = nn.Linear(hidden, inner, bias=False)
        self.up_proj = nn.Linear(hidden, inner, bias=False)
        self.down_proj = nn.Linear(inner, hidden, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.down_proj(functional.silu(self.gate_proj(x)) * self.up_proj(x))


class Layer(nn.Module):
    """Attention and feed-forward, each behind a norm."""

    def __init__(self, shape: dict):
        super().__init__()
        hidden = shape["hidden"]
        self.input_layernorm = nn.RMSNorm(hidden, eps=shape["norm_epsilon"])
        self.self_attn = Attention(shape)
        self.post_attention_layernorm = nn.RMSNorm(hidden, eps=shape["norm_epsilon"])
        self.mlp = FeedForward(hidden, shape["feed_forward"])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x + self.self_attn(self.input_layernorm(x))
        return x + self.mlp(self.post_attention_layernorm(x))


class Body(nn.Module):
    """From tokens to the last norm."""

    def __init__(self, shape: dict):
        super().__init__()
        self.embed_tokens = nn.Embedding(shape["vocabulary"], shape["hidden"])
        self.layers = nn.ModuleList(Layer(shape) for _ in range(shape["layers"]))
        self.norm = nn.RMSNorm(shape["hidden"], eps=shape["norm_epsilon"])

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        x = self.embed_tokens(tokens)
        for layer in self.layers:
            x = layer(x)
        return self.norm(x)


class Llama(nn.Module):
    """The model: logits of the next byte at each place; the head is the embedding."""

    def __init__(self, shape: dict):
        super().__init__()
        self.model = Body(shape)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        return functional.linear(self.model(tokens), self.model.embed_tokens.weight)


def losses(logits: torch.Tensor, windows: torch.Tensor) -> torch.Tensor:
    """The mean loss of each window, nats a byte; its last byte is only predicted."""
    each = functional.cross_entropy(
        logits.flatten(0, 1), windows[:, 1:].flatten(), reduction="none"
    )
    return each.reshape(windows.shape[0], -1).mean(dim=1)
