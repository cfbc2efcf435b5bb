# SPDX-FileCopyrightText: the Cadastre authors
# SPDX-License-Identifier: Apache-2.0
"""Compares tokenizers with the package `tokenizers` of Hugging Face, in both directions.

Usage: cross_check_tokenizer.py make DIR FILE...
       cross_check_tokenizer.py check DIR

`make` trains tokenizers of the usual kinds on the FILEs and writes each as DIR/NAME.json. It writes
DIR/texts.json, texts to encode: of the files, of random characters, and with added tokens in them;
and DIR/NAME.ids.json, their tokens. DIR/corpus.json holds the texts trained on, DIR/trainer.json a
tokenizer of the same kind as Cadastre trains.

`check` loads DIR/ours/tokenizer.json, which Cadastre trained, with `tokenizers` and `transformers`,
and compares the tokens of all texts with DIR/ours/ids.json. Exit status 1 where they differ.
"""

import json
import random
import sys
import unicodedata
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers
from tokenizers import pre_tokenizers, processors, trainers

LLAMA = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
QWEN = LLAMA.replace(r"\p{N}{1,3}", r"\p{N}")
GPT4O = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+"
    r"|\s+(?!\S)|\s+"
)
BEHAVIOURS = ["removed", "isolated", "merged_with_previous", "merged_with_next", "contiguous"]
ADDED = [
    AddedToken("<|plain|>", normalized=False),
    AddedToken("<|plain|><|long|>", normalized=True),
    AddedToken("[LEFT]", lstrip=True, normalized=False),
    AddedToken("[RIGHT]", rstrip=True, normalized=False),
    AddedToken("word", single_word=True, normalized=True),
    AddedToken("caf\u00e9", normalized=True),
]


def split(pattern, behaviour="isolated", invert=False):
    return pre_tokenizers.Split(pattern, behaviour, invert)


def byte_level(prefix=False, regex=False):
    return pre_tokenizers.ByteLevel(add_prefix_space=prefix, use_regex=regex)


def kinds():
    """Name, pre-tokenizer, whether text is composed, whether whole words come first."""
    sequence = pre_tokenizers.Sequence
    yield "gpt2", byte_level(regex=True), False, False
    yield "prefix", byte_level(prefix=True, regex=True), False, False
    yield "llama", sequence([split(Regex(LLAMA)), byte_level()]), False, True
    yield "qwen", sequence([split(Regex(QWEN)), byte_level()]), True, False
    yield "gpt4o", sequence([split(Regex(GPT4O)), byte_level()]), False, False
    yield "digits", sequence([pre_tokenizers.Digits(True), byte_level(regex=True)]), False, False
    yield "numbers", sequence([pre_tokenizers.Digits(False), byte_level(regex=True)]), False, False
    cjk = split(Regex("[\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff]+"))
    yield "chain", sequence([split(Regex(r"\p{N}{1,3}")), cjk, byte_level(regex=True)]), False, False
    for behaviour in BEHAVIOURS:
        for invert in (False, True):
            steps = [split(" ", behaviour, invert), byte_level()]
            yield f"{behaviour}-{invert}", sequence(steps), False, False
            steps = [split(Regex(r"\s*,|[aeiou]?"), behaviour, invert), byte_level()]
            yield f"{behaviour}-{invert}-empty", sequence(steps), False, False


def trained(pre_tokenizer, composed, corpus, size):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.decoder = decoders.ByteLevel()
    if composed:
        tokenizer.normalizer = normalizers.NFC()
    trainer = trainers.BpeTrainer(
        vocab_size=size, min_frequency=2, special_tokens=["<|begin|>", "<|end|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False,
    )
    tokenizer.train_from_iterator(corpus, trainer)
    return tokenizer


def random_text(source, length):
    """Characters of all planes that this Python's Unicode has, white space and marks more often."""
    few = " \t\n\r\u00a0\u0085\u180e\u2028\u3000''sStTdD\u017f\u212a0\u06609\u00b2,a\u0301e\u0327"
    text = []
    while len(text) < length:
        if source.random() < 0.5:
            text.append(source.choice(few))
            continue
        character = chr(source.choice([0x80, 0x800, 0x10000, 0x20000]) + source.randrange(0x10000))
        if unicodedata.category(character) not in ("Cn", "Cs"):
            text.append(character)
    return "".join(text)


def texts_of(corpus):
    source = random.Random(1)
    texts = ["", " ", "\n", "  \n \n  x", "don't DON'T I'LL we'Ve'", "a" * 5000, " " * 5000]
    for text in corpus:
        start = source.randrange(max(1, len(text) - 4000))
        texts += [text[start : start + 4000], text[start : start + 37]]
    texts += [random_text(source, source.randrange(200)) for _ in range(200)]
    pieces = [token.content for token in ADDED] + [" ", "\n", "x", "words", "_", "\u00e9", ",", "  "]
    pieces += ["<|begin|>", "<|end|>", "cafe\u0301", "<|plain|", "5"]
    for _ in range(200):
        texts.append("".join(source.choices(pieces, k=source.randrange(1, 12))))
    return texts


def make(directory, files):
    corpus = [Path(name).read_text(encoding="utf-8")[:200_000] for name in files]
    texts = texts_of(corpus)
    write(directory / "corpus.json", corpus)
    write(directory / "texts.json", texts)
    trained(byte_level(regex=True), False, corpus, 2000).save(str(directory / "trainer.json"))
    names = []
    for name, pre_tokenizer, composed, whole in kinds():
        tokenizer = trained(pre_tokenizer, composed, corpus[:2], 700)
        if whole:
            described = json.loads(tokenizer.to_str())
            described["model"]["ignore_merges"] = True
            # The spelling of older files, and a word that no merge makes.
            described["model"]["merges"] = [" ".join(m) for m in described["model"]["merges"]]
            described["model"]["vocab"]["\u0120Unmergeable"] = tokenizer.get_vocab_size()
            tokenizer = Tokenizer.from_str(json.dumps(described))
            texts = texts + [" Unmergeable Unmergeables"]
        tokenizer.add_tokens(ADDED)
        begin = tokenizer.token_to_id("<|begin|>")
        tokenizer.post_processor = processors.Sequence([
            processors.ByteLevel(trim_offsets=False),
            processors.TemplateProcessing(
                single="<|begin|> $A", special_tokens=[("<|begin|>", begin)]
            ),
        ])
        tokenizer.save(str(directory / f"{name}.json"))
        templated = [encoding.ids for encoding in tokenizer.encode_batch(texts)]
        plain = [e.ids for e in tokenizer.encode_batch(texts, add_special_tokens=False)]
        tokenizer.encode_special_tokens = True
        text_mode = [e.ids for e in tokenizer.encode_batch(texts, add_special_tokens=False)]
        write(
            directory / f"{name}.ids.json",
            {"texts": texts, "plain": plain, "templated": templated, "asText": text_mode},
        )
        names.append(name)
    write(directory / "names.json", names)
    return 0


def check(directory):
    texts = json.loads((directory / "texts.json").read_text())
    ours = json.loads((directory / "ours" / "ids.json").read_text())
    tokenizer = Tokenizer.from_file(str(directory / "ours" / "tokenizer.json"))
    from transformers import AutoTokenizer

    automatic = AutoTokenizer.from_pretrained(directory / "ours")
    wrong = 0
    for text, ids in zip(texts, ours, strict=True):
        theirs = tokenizer.encode(text, add_special_tokens=False).ids
        transformers = automatic(text, add_special_tokens=False)["input_ids"]
        if theirs != ids or transformers != ids:
            print(f"differs: {text[:60]!r}: {ids[:20]} {theirs[:20]} {transformers[:20]}")
            wrong += 1
        if "<|" not in text and tokenizer.decode(ids) != text:
            print(f"does not come back: {text[:60]!r}")
            wrong += 1
    print(f"{len(texts)} texts, {sum(map(len, ours))} tokens, {wrong} differ")
    return int(wrong > 0)


def write(path, value):
    path.write_text(json.dumps(value), encoding="utf-8")


if __name__ == "__main__":
    command, directory = sys.argv[1], Path(sys.argv[2])
    sys.exit(check(directory) if command == "check" else make(directory, sys.argv[3:]))
