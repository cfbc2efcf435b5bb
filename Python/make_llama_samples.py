# SPDX-FileCopyrightText: the Cadastre authors
# SPDX-License-Identifier: Apache-2.0
"""Writes small random models of the Llama family as `transformers` saves them.

Usage: make_llama_samples.py DIR. Each folder of DIR holds a model in one of the forms that are
published: shards of bfloat16, float16, float32; grouped queries, outputs of their own, scaled
rotary positions.
"""

import sys
from pathlib import Path

import torch
from transformers import LlamaConfig, LlamaForCausalLM

LINEAR = {"rope_type": "linear", "factor": 2.0}
LLAMA3 = {
    "rope_type": "llama3",
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 32,
}
SAMPLES = {
    "bf16-sharded": (torch.bfloat16, "60KB", dict(num_key_value_heads=2, head_dim=24), LINEAR),
    "f16": (torch.float16, "1GB", dict(num_key_value_heads=1, tie_word_embeddings=True), LLAMA3),
    "f32-sharded": (torch.float32, "200KB", dict(num_key_value_heads=4, vocab_size=301), None),
}


def main(directory: Path) -> None:
    for seed, (name, (dtype, shard, shape, scaling)) in enumerate(SAMPLES.items()):
        torch.manual_seed(seed)
        members = dict(
            vocab_size=256,
            hidden_size=64,
            intermediate_size=136,
            num_hidden_layers=2,
            num_attention_heads=4,
            max_position_embeddings=64,
            tie_word_embeddings=False,
            initializer_range=0.2,
            rope_theta=500.0,
            rope_scaling=scaling,
        )
        config = LlamaConfig(**(members | shape))
        model = LlamaForCausalLM(config).to(dtype)
        model.save_pretrained(directory / name, max_shard_size=shard)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
