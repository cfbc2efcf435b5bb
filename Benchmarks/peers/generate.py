# SPDX-FileCopyrightText: the Cadastre authors
# SPDX-License-Identifier: Apache-2.0
"""Generation of one sequence by Cadastre, llama.cpp and PyTorch on the same weights, in turn.

Usage: generate.py GENERATE_BENCHMARK OUTPUT.md [rounds]

A run reads a prompt of 8 tokens and adds tokens greedily until the context is full, in float32
with kept keys and values (llama.cpp's cache is set to float32 too). The logits after the prompt and
the tokens of every engine are compared with ours.
"""

import ctypes
import json
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from statistics import median

import numpy
import torch
import transformers
from lean_llama import LeanLlama
from report import ROUNDS, machine, spread, table
from safetensors.torch import load_file

SHAPES = {
    "1.0 M: 128 wide, 5 layers, context 256": "",
    "4.8 M: 256 wide, 6 layers, context 256": "hidden=256 layers=6 heads=8 inner=688 context=256",
    "42 M: 768 wide, 6 layers, context 256": "hidden=768 layers=6 heads=12 inner=2048 context=256",
}

THREADS = 1


def write_gguf(directory, path):
    """The model for llama.cpp, without a vocabulary: it is driven by token numbers."""
    import gguf

    shape = json.loads((directory / "config.json").read_text())
    tensors = {name: t.numpy() for name, t in load_file(directory / "model.safetensors").items()}
    heads = shape["num_attention_heads"]
    writer = gguf.GGUFWriter(str(path), "llama")
    writer.add_context_length(shape["max_position_embeddings"])
    writer.add_embedding_length(shape["hidden_size"])
    writer.add_block_count(shape["num_hidden_layers"])
    writer.add_feed_forward_length(shape["intermediate_size"])
    writer.add_head_count(heads)
    writer.add_head_count_kv(heads)
    writer.add_layer_norm_rms_eps(shape["rms_norm_eps"])
    writer.add_rope_dimension_count(shape["hidden_size"] // heads)
    writer.add_rope_freq_base(shape["rope_theta"])
    writer.add_vocab_size(shape["vocab_size"])
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    writer.add_tokenizer_model("none")

    def interleaved(weight):
        """transformers turns element i with i + half, llama.cpp 2i with 2i + 1."""
        rows, columns = weight.shape
        parts = weight.reshape(heads, 2, rows // heads // 2, columns)
        return numpy.ascontiguousarray(parts.swapaxes(1, 2).reshape(rows, columns))

    names = {
        "input_layernorm": "attn_norm", "self_attn.q_proj": "attn_q",
        "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
        "self_attn.o_proj": "attn_output", "post_attention_layernorm": "ffn_norm",
        "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down",
    }
    writer.add_tensor("token_embd.weight", tensors["model.embed_tokens.weight"])
    for index in range(shape["num_hidden_layers"]):
        for theirs, name in names.items():
            weight = tensors[f"model.layers.{index}.{theirs}.weight"]
            if name in ("attn_q", "attn_k"):
                weight = interleaved(weight)
            writer.add_tensor(f"blk.{index}.{name}.weight", weight)
    writer.add_tensor("output_norm.weight", tensors["model.norm.weight"])
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


class LlamaCpp:
    """llama.cpp by its C interface: decoding and greedy choice are native."""

    def __init__(self, path, context, vocabulary, threads):
        import llama_cpp

        self.api, self.vocabulary = llama_cpp, vocabulary
        quiet = llama_cpp.llama_log_callback(lambda level, text, data: None)
        self.quiet = quiet
        llama_cpp.llama_log_set(quiet, ctypes.c_void_p(0))
        llama_cpp.llama_backend_init()
        model = llama_cpp.llama_model_default_params()
        self.model = llama_cpp.llama_model_load_from_file(str(path).encode(), model)
        if not self.model:
            raise RuntimeError("llama.cpp does not load the model")
        options = llama_cpp.llama_context_default_params()
        options.n_ctx, options.n_batch = context, context
        options.n_threads = options.n_threads_batch = threads
        options.type_k = options.type_v = 0  # GGML_TYPE_F32
        options.flash_attn_type = 0  # its kernel rounds to float16
        options.no_perf = True
        self.context = llama_cpp.llama_init_from_model(self.model, options)
        self.sampler = llama_cpp.llama_sampler_init_greedy()

    def read(self, tokens):
        array = (self.api.llama_token * len(tokens))(*tokens)
        if self.api.llama_decode(self.context, self.api.llama_batch_get_one(array, len(tokens))):
            raise RuntimeError("llama.cpp does not decode")

    def start(self, prompt):
        self.api.llama_memory_clear(self.api.llama_get_memory(self.context), True)
        self.read(prompt)

    def logits(self, prompt):
        self.start(prompt)
        row = self.api.llama_get_logits_ith(self.context, -1)
        return numpy.ctypeslib.as_array(row, (self.vocabulary,)).copy()

    def generate(self, prompt, count):
        self.start(prompt)
        added = []
        while True:
            token = self.api.llama_sampler_sample(self.sampler, self.context, -1)
            added.append(token)
            if len(added) == count:
                return added
            self.read([token])


class Transformers:
    def __init__(self, directory):
        self.model = transformers.LlamaForCausalLM.from_pretrained(
            directory, dtype=torch.float32, attn_implementation="sdpa"
        ).eval()

    @torch.inference_mode()
    def logits(self, prompt):
        return self.model(torch.tensor([prompt])).logits[0, -1].numpy()

    @torch.inference_mode()
    def generate(self, prompt, count):
        tokens = torch.tensor([prompt])
        result = self.model.generate(
            tokens, attention_mask=torch.ones_like(tokens), max_new_tokens=count,
            min_new_tokens=count, do_sample=False, pad_token_id=0,
        )
        return result[0, len(prompt):].tolist()


class Lean:
    def __init__(self, directory):
        self.model = LeanLlama(directory).eval()

    @torch.inference_mode()
    def logits(self, prompt):
        return self.model(torch.tensor([prompt]))[0, -1].numpy()

    def generate(self, prompt, count):
        return self.model.generate(prompt, count)


def ours(program, shape, export=None):
    words = [program, *shape.split()]
    if export:
        words.append(f"export={export}")
    return json.loads(subprocess.run(words, check=True, capture_output=True).stdout)


def engines(directory, notes):
    shape = json.loads((directory / "config.json").read_text())
    made = {"transformers": Transformers(directory), "lean module": Lean(directory)}
    try:
        import llama_cpp

        write_gguf(directory, directory / "model.gguf")
        made[f"llama.cpp ({llama_cpp.__version__} of its binding)"] = LlamaCpp(
            directory / "model.gguf", shape["max_position_embeddings"], shape["vocab_size"], THREADS
        )
    except ImportError as error:
        notes.append(f"llama.cpp is missing ({error}): install g++ and cmake and run again")
    return made


def agreement(engine, reference, count):
    """The largest difference of a logit relative to the largest, and the first other token."""
    expected = numpy.array(reference["logits"])
    difference = numpy.abs(engine.logits(reference["prompt"]) - expected).max()
    tokens = engine.generate(reference["prompt"], count)
    pairs = zip(tokens, reference["tokens"])
    same = next((i for i, (a, b) in enumerate(pairs) if a != b), count)
    return difference / numpy.abs(expected).max(), same


def section(program, title, shape, rounds):
    torch.set_num_threads(THREADS)
    notes = []
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        reference = ours(program, shape, export=directory)
        count = len(reference["tokens"])
        made = engines(directory, notes)
        agreed = {key: agreement(engine, reference, count) for key, engine in made.items()}
        speed = {"Cadastre": [], **{key: [] for key in made}}
        for _ in range(rounds):
            speed["Cadastre"].append(count / median(ours(program, shape)["seconds"]))
            for key, engine in made.items():
                began = time.perf_counter()
                engine.generate(reference["prompt"], count)
                speed[key].append(count / (time.perf_counter() - began))
    rows = [["Cadastre", spread(speed["Cadastre"]), "1.00", "", ""]]
    for key, (difference, same) in agreed.items():
        ratio = median(speed["Cadastre"]) / median(speed[key])
        rows.append([key, spread(speed[key]), f"{ratio:.2f}", f"{difference:.0e}",
                     f"{same} of {count}"])
    head = ["engine", "tokens a second", "Cadastre is faster by", "logits differ by", "same tokens"]
    text = f"### {title}\n\n" + table(head, rows) + "\n"
    return text + "".join(f"\n- {note}\n" for note in notes)


def main():
    program, output = sys.argv[1:3]
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else ROUNDS
    sections = []
    for title, shape in SHAPES.items():
        sections.append(section(program, title, shape, rounds))
        print(sections[-1], flush=True)
    Path(output).write_text(
        "# Generation of one sequence beside llama.cpp and PyTorch\n\n"
        f"Written by `make bench-generate` on {date.today()}: {machine()}; PyTorch "
        f"{torch.__version__}, transformers {transformers.__version__}.\n\n"
        "A prompt of 8 tokens, then greedy tokens until the context is full; float32 weights, keys "
        "and values; seeded weights, exported by us and converted to GGUF for llama.cpp, which is "
        "driven through its C interface by token numbers. Engines take turns in one run; a figure is "
        f"the median of {rounds} rounds, lowest and highest in brackets. All use one thread, which is "
        "what Cadastre generates with. Differences of logits after the prompt are relative to the "
        "largest logit.\n\n" + "\n".join(sections)
    )


if __name__ == "__main__":
    main()
