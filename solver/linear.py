"""A linear program as arrays, solved by GLOP; a second, slightly larger one starts where the first ended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np
from ortools.math_opt import model_pb2
from ortools.math_opt.python import mathopt

from solver.pool import Flags, Floats, Ints

Basis = tuple[Mapping[int, mathopt.BasisStatus], Mapping[int, mathopt.BasisStatus]]
"""Status of the columns and of the rows, by their names."""


@dataclass(frozen=True, slots=True)
class Solution:
    """The optimum of a linear program: one value for each column, one price (dual value) for each row."""

    objective: float
    values: Floats
    prices: Floats
    basis: Basis


@dataclass(frozen=True, slots=True)
class Whole:
    """A solution in whole numbers: which columns are used, and whether no other is better."""

    used: Flags
    is_proven: bool


@dataclass(slots=True)
class Program:
    """Maximise what the columns are worth; columns are at least 0, rows lie between their bounds.

    Columns and rows have names, whole numbers, by which the next program knows them again.
    """

    names: Ints
    worth: Floats
    most: Floats
    """Upper bound of each column."""
    _row_names: list[int] = field(default_factory=list)
    _low: list[float] = field(default_factory=list)
    _high: list[float] = field(default_factory=list)
    _rows: list[Ints] = field(default_factory=list)
    _columns: list[Ints] = field(default_factory=list)
    _weights: list[Floats] = field(default_factory=list)

    def row(self, name: int, columns: Ints, weights: Floats, *, low: float = -np.inf, high: float = np.inf) -> int:
        """Add one row; gives its number."""
        return self.rows([name], np.zeros(len(columns), dtype=np.int64), columns, weights, low=low, high=high)

    def rows(
        self, names: Sequence[int], numbers: Ints, columns: Ints, weights: Floats, *, low: float, high: float
    ) -> int:
        """Add some rows: entry n puts `weights[n]` of column `columns[n]` into row `numbers[n]` of these.

        Gives the number of the first.
        """
        first = len(self._row_names)
        self._row_names.extend(names)
        self._low.extend([low] * len(names))
        self._high.extend([high] * len(names))
        self._rows.append(numbers + first)
        self._columns.append(columns)
        self._weights.append(weights)
        return first

    def solve(self, *, time_limit_s: float, start: Basis | None) -> Solution | None:
        """The optimum; None when time ends before it.

        Args:
            time_limit_s: wall seconds.
            start: where a program with some of these columns and rows ended. What is new starts unused.
        """
        model = mathopt.Model.from_model_proto(self._proto())
        columns, rows = list(model.variables()), list(model.linear_constraints())
        limits, begin = mathopt.SolveParameters(), mathopt.ModelSolveParameters()
        if start is None:
            # Measured on 25,000 columns: the dual simplex 0.6 s, the primal 2.2 s, HiGHS 2 to 9 s.
            limits.lp_algorithm = mathopt.LPAlgorithm.DUAL_SIMPLEX
        else:
            # New columns leave the last solution feasible; presolve would forget it.
            limits.lp_algorithm, limits.presolve = mathopt.LPAlgorithm.PRIMAL_SIMPLEX, mathopt.Emphasis.OFF
            unused, slack = mathopt.BasisStatus.AT_LOWER_BOUND, mathopt.BasisStatus.BASIC
            begin.initial_basis = mathopt.Basis(
                variable_status={c: start[0].get(n, unused) for c, n in zip(columns, self.names.tolist(), strict=True)},
                constraint_status={r: start[1].get(n, slack) for r, n in zip(rows, self._row_names, strict=True)},
            )
        limits.time_limit = timedelta(seconds=time_limit_s)
        result = mathopt.solve(model, mathopt.SolverType.GLOP, params=limits, model_params=begin)
        basis = result.solutions[0].basis if result.solutions else None
        if result.termination.reason != mathopt.TerminationReason.OPTIMAL or basis is None:
            return None
        return Solution(
            result.objective_value(),
            np.array(result.variable_values(columns)),
            np.array(result.dual_values(rows)),
            (
                {n: basis.variable_status[c] for c, n in zip(columns, self.names.tolist(), strict=True)},
                {n: basis.constraint_status[r] for r, n in zip(rows, self._row_names, strict=True)},
            ),
        )

    def solve_whole(self, *, time_limit_s: float, seed: int) -> Whole | None:
        """The best with every column a whole number, by HiGHS; None when time ends before any is found."""
        proto = self._proto()
        proto.variables.integers[:] = [True] * len(self.worth)
        model = mathopt.Model.from_model_proto(proto)
        limits = mathopt.SolveParameters(
            time_limit=timedelta(seconds=time_limit_s), random_seed=seed,
            relative_gap_tolerance=0.0, absolute_gap_tolerance=0.5,
        )  # fmt: skip
        result = mathopt.solve(model, mathopt.SolverType.HIGHS, params=limits)
        if not result.solutions:
            return None
        is_proven = result.termination.reason == mathopt.TerminationReason.OPTIMAL
        return Whole(np.array(result.variable_values(list(model.variables()))) > 0.5, is_proven)

    def _proto(self) -> model_pb2.ModelProto:
        rows, columns, weights = (np.concatenate(part) for part in (self._rows, self._columns, self._weights))
        order = np.lexsort((columns, rows))
        proto, size = model_pb2.ModelProto(), len(self.worth)
        proto.variables.ids.extend(range(size))
        proto.variables.lower_bounds.extend([0.0] * size)
        proto.variables.upper_bounds.extend(self.most.tolist())
        proto.variables.integers.extend([False] * size)
        proto.objective.maximize = True
        proto.objective.linear_coefficients.ids.extend(range(size))
        proto.objective.linear_coefficients.values.extend(self.worth.tolist())
        proto.linear_constraints.ids.extend(range(len(self._low)))
        proto.linear_constraints.lower_bounds.extend(self._low)
        proto.linear_constraints.upper_bounds.extend(self._high)
        proto.linear_constraint_matrix.row_ids.extend(rows[order].tolist())
        proto.linear_constraint_matrix.column_ids.extend(columns[order].tolist())
        proto.linear_constraint_matrix.coefficients.extend(weights[order].tolist())
        return proto
