# SPDX-FileCopyrightText: the Cadastre authors
# SPDX-License-Identifier: Apache-2.0
"""Scores that know the texts but not the training: baselines every attribution has to beat."""

import numpy
import torch
from folder import Folder, Sample
from rank_bm25 import BM25Okapi
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer

# A query is answered by so many windows; what is beyond them counts as unrelated.
NEAREST = 100


def equal_split(folder: Folder, _: Sample) -> tuple[numpy.ndarray, str]:
    """The same for everyone."""
    return numpy.ones((len(folder.accounts), len(folder.targets))), "1 for each account"


def bytes_read(folder: Folder, _: Sample) -> tuple[numpy.ndarray, str]:
    """How many bytes of each account the run predicted."""
    lengths = numpy.array([len(window) - 1 for window in folder.windows])
    counts = numpy.bincount(
        folder.owners, weights=lengths * folder.reads(), minlength=len(folder.accounts)
    )
    return numpy.repeat(counts[:, None], len(folder.targets), axis=1), "predicted bytes"


def nearest_only(similarity: numpy.ndarray) -> numpy.ndarray:
    """Keeps each query's best `NEAREST` windows (window x query)."""
    if similarity.shape[0] <= NEAREST:
        return similarity
    bound = numpy.partition(similarity, -NEAREST, axis=0)[-NEAREST]
    return numpy.where(similarity >= bound, similarity, 0)


def summed(folder: Folder, sample: Sample, similarity: numpy.ndarray) -> numpy.ndarray:
    targets = folder.target_windows()[1]
    scores = folder.by_target(nearest_only(numpy.maximum(similarity, 0)), targets)
    return sample.by_account(scores, len(folder.accounts))


def texts(tokens: torch.Tensor) -> list[str]:
    return [bytes(row).decode("latin-1") for row in tokens.tolist()]


def bm25(folder: Folder, sample: Sample) -> tuple[numpy.ndarray, str]:
    """Okapi BM25 of held-out windows as queries against training windows, by words."""
    index = BM25Okapi([text.lower().split() for text in texts(sample.tokens)])
    queries = texts(folder.target_windows()[0])
    scores = numpy.stack([index.get_scores(text.lower().split()) for text in queries], axis=1)
    return summed(folder, sample, scores), f"words; the best {NEAREST} windows of a query"


def cosines(train: numpy.ndarray, test: numpy.ndarray) -> numpy.ndarray:
    train = train / numpy.maximum(numpy.linalg.norm(train, axis=1, keepdims=True), 1e-12)
    test = test / numpy.maximum(numpy.linalg.norm(test, axis=1, keepdims=True), 1e-12)
    return train @ test.T


def lsa(folder: Folder, sample: Sample) -> tuple[numpy.ndarray, str]:
    """Latent semantic analysis: TF-IDF of character 3- to 5-grams, 128 singular directions."""
    vectorizer = TfidfVectorizer(
        analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, min_df=2, dtype=numpy.float32
    )
    counts = vectorizer.fit_transform(texts(sample.tokens))
    reduction = TruncatedSVD(n_components=128, random_state=0)
    train = reduction.fit_transform(counts)
    test = reduction.transform(vectorizer.transform(texts(folder.target_windows()[0])))
    notes = f"cosine of TF-IDF character n-grams in 128 directions; best {NEAREST} of a query"
    return summed(folder, sample, cosines(train, test)), notes


def hidden_states(folder: Folder, sample: Sample) -> tuple[numpy.ndarray, str]:
    """The model's own embedding: its last hidden states, averaged over the window and centred."""
    model = folder.llama()

    @torch.no_grad()
    def embed(tokens: torch.Tensor) -> numpy.ndarray:
        parts = [model.model(part[:, :-1]).mean(dim=1) for part in tokens.split(256)]
        return torch.cat(parts).numpy()

    train, test = embed(sample.tokens), embed(folder.target_windows()[0])
    centre = train.mean(axis=0)
    notes = f"cosine of mean hidden states of the trained model; best {NEAREST} of a query"
    return summed(folder, sample, cosines(train - centre, test - centre)), notes
