# SPDX-FileCopyrightText: the Cadastre authors
# SPDX-License-Identifier: Apache-2.0
"""A Llama decoder in as few PyTorch operations as its shape allows.

transformers' modules spend time on generality; this one does not, so that comparisons are with what
PyTorch can do. One product makes queries, keys and values, one makes gates and ups; attention is
`scaled_dot_product_attention`; positions are half-split rotations; embedding and output are tied.
"""

import json
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional as F


class Block(nn.Module):
    def __init__(self, hidden, heads, inner, epsilon):
        super().__init__()
        self.heads, self.epsilon = heads, epsilon
        self.input_norm = nn.Parameter(torch.ones(hidden))
        self.middle_norm = nn.Parameter(torch.ones(hidden))
        self.attention = nn.Linear(hidden, 3 * hidden, bias=False)
        self.output = nn.Linear(hidden, hidden, bias=False)
        self.gate_up = nn.Linear(hidden, 2 * inner, bias=False)
        self.down = nn.Linear(inner, hidden, bias=False)

    def forward(self, x, cosine, sine, cache=None, position=0):
        batch, length, hidden = x.shape
        parts = self.attention(F.rms_norm(x, (hidden,), self.input_norm, self.epsilon))
        parts = parts.view(batch, length, 3, self.heads, hidden // self.heads)
        query, key, value = parts.permute(2, 0, 3, 1, 4)
        query, key = turn(query, cosine, sine), turn(key, cosine, sine)
        if cache is not None:
            cache[0][:, :, position : position + length] = key
            cache[1][:, :, position : position + length] = value
            key = cache[0][:, :, : position + length]
            value = cache[1][:, :, : position + length]
        mixed = F.scaled_dot_product_attention(query, key, value, is_causal=length > 1)
        x = x + self.output(mixed.transpose(1, 2).reshape(batch, length, hidden))
        gate, up = self.gate_up(
            F.rms_norm(x, (hidden,), self.middle_norm, self.epsilon)
        ).chunk(2, -1)
        return x + self.down(F.silu(gate) * up)


def turn(x, cosine, sine):
    first, second = x.chunk(2, -1)
    return torch.cat((first * cosine - second * sine, second * cosine + first * sine), -1)


class LeanLlama(nn.Module):
    """Loads the directory that `transformers` would load."""

    def __init__(self, directory):
        super().__init__()
        shape = json.loads((Path(directory) / "config.json").read_text())
        hidden, heads = shape["hidden_size"], shape["num_attention_heads"]
        inner, epsilon = shape["intermediate_size"], shape["rms_norm_eps"]
        self.context, self.heads = shape["max_position_embeddings"], heads
        self.hidden, self.epsilon = hidden, epsilon
        self.embedding = nn.Parameter(torch.zeros(shape["vocab_size"], hidden))
        self.norm = nn.Parameter(torch.ones(hidden))
        self.blocks = nn.ModuleList(
            Block(hidden, heads, inner, epsilon) for _ in range(shape["num_hidden_layers"])
        )
        head = hidden // heads
        steps = shape["rope_theta"] ** (-torch.arange(0, head, 2).float() / head)
        angles = torch.arange(self.context).float()[:, None] * steps
        self.register_buffer("cosine", angles.cos())
        self.register_buffer("sine", angles.sin())
        self.load(load_file(Path(directory) / "model.safetensors"))

    @torch.no_grad()
    def load(self, tensors):
        self.embedding.copy_(tensors["model.embed_tokens.weight"])
        self.norm.copy_(tensors["model.norm.weight"])
        for index, block in enumerate(self.blocks):
            part = lambda name: tensors[f"model.layers.{index}.{name}.weight"]
            block.input_norm.copy_(part("input_layernorm"))
            block.middle_norm.copy_(part("post_attention_layernorm"))
            names = [f"self_attn.{letter}_proj" for letter in "qkv"]
            block.attention.weight.copy_(torch.cat([part(name) for name in names]))
            block.output.weight.copy_(part("self_attn.o_proj"))
            block.gate_up.weight.copy_(torch.cat([part("mlp.gate_proj"), part("mlp.up_proj")]))
            block.down.weight.copy_(part("mlp.down_proj"))

    def forward(self, tokens, caches=None, position=0):
        length = tokens.shape[1]
        x = F.embedding(tokens, self.embedding)
        cosine = self.cosine[position : position + length]
        sine = self.sine[position : position + length]
        for index, block in enumerate(self.blocks):
            x = block(x, cosine, sine, caches and caches[index], position)
        return F.rms_norm(x, (self.hidden,), self.norm, self.epsilon) @ self.embedding.T

    def loss(self, tokens, targets):
        logits = self(tokens)
        return F.cross_entropy(logits.view(-1, logits.shape[-1]), targets.reshape(-1))

    @torch.inference_mode()
    def generate(self, prompt, count):
        """Greedy decoding with kept keys and values; returns the tokens added."""
        head = self.hidden // self.heads
        caches = [
            [torch.zeros(1, self.heads, self.context, head) for _ in range(2)]
            for _ in self.blocks
        ]
        logits = self(torch.tensor([prompt]), caches)[0, -1]
        added = []
        while True:
            token = int(logits.argmax())
            added.append(token)
            if len(added) == count:
                return added
            logits = self(torch.tensor([[token]]), caches, len(prompt) + len(added) - 1)[0, -1]
