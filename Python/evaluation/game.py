# SPDX-FileCopyrightText: the Cadastre authors
# SPDX-License-Identifier: Apache-2.0
"""The excess game over retrained coalitions, computed from its definition."""

from math import factorial

import numpy


class Game:
    """The losses of retrained coalitions and the lines below which a loss is worth something.

    v(S) = sum over targets q of weight_q max(0, line_q - loss_q(S)); the empty coalition has 0.
    """

    def __init__(self, study: dict, order: dict):
        self.players = len(study["accounts"])
        self.lines = numpy.array(study["lines"])
        self.weights = numpy.array(study["weights"])
        self.losses = {c["members"]: numpy.array(c["losses"]) for c in order["coalitions"]}
        self.whole = (1 << self.players) - 1

    def excess(self, members: int) -> numpy.ndarray:
        """What a coalition is worth to each target, before weights."""
        if members == 0:
            return numpy.zeros(len(self.lines))
        return numpy.maximum(0, self.lines - self.losses[members])

    @property
    def is_complete(self) -> bool:
        return all(members in self.losses for members in range(1, self.whole + 1))

    def marginals(self, player: int) -> dict[int, numpy.ndarray]:
        """What the player adds to each coalition of others."""
        bit = 1 << player
        return {
            others: self.excess(others | bit) - self.excess(others)
            for others in range(self.whole + 1)
            if not others & bit
        }

    def shapley(self) -> numpy.ndarray:
        """Player x target: the mean marginal over all orders of the players (Shapley 1953)."""
        n, values = self.players, []
        for player in range(n):
            value = numpy.zeros(len(self.lines))
            for others, marginal in self.marginals(player).items():
                size = others.bit_count()
                value += factorial(size) * factorial(n - size - 1) / factorial(n) * marginal
            values.append(value)
        return numpy.array(values)

    def banzhaf(self) -> numpy.ndarray:
        """Player x target: the mean marginal over all coalitions."""
        return numpy.array(
            [numpy.mean(list(self.marginals(p).values()), axis=0) for p in range(self.players)]
        )

    def left_out(self) -> numpy.ndarray:
        """Player x target: how much the loss rises when one player is left out of the whole."""
        return numpy.array(
            [
                self.losses[self.whole & ~(1 << p)] - self.losses[self.whole]
                for p in range(self.players)
            ]
        )

    def last(self) -> numpy.ndarray:
        """Player x target: what the excess loses when one player is left out."""
        whole = self.excess(self.whole)
        return numpy.array(
            [whole - self.excess(self.whole & ~(1 << p)) for p in range(self.players)]
        )

    def alone(self) -> numpy.ndarray:
        """Player x target: the excess of each player alone."""
        return numpy.array([self.excess(1 << p) for p in range(self.players)])

    def shares_of_value(self, values: numpy.ndarray) -> numpy.ndarray:
        """Divides by value: added over targets by weight, negative sums count as none."""
        totals = numpy.maximum(0, values @ self.weights)
        return totals / totals.sum() if totals.sum() > 0 else totals

    def shares_of_credit(self, credits: numpy.ndarray) -> numpy.ndarray:
        """Divides each target's weighted excess by the positive credits for it."""
        positive = numpy.maximum(0, credits)
        sums = positive.sum(axis=0)
        parts = numpy.divide(positive, sums, out=numpy.zeros_like(positive), where=sums > 0)
        totals = parts @ (self.weights * self.excess(self.whole))
        return totals / totals.sum() if totals.sum() > 0 else totals
