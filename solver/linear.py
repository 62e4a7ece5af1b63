"""A linear program as arrays, solved by GLOP; a second, slightly larger one starts where the first ended.

GLOP is called with messages, below MathOpt's objects: for programs as small as one team's, making an object of every
column and row and a dictionary of every answer takes five times as long as solving.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np
from ortools.math_opt import callback_pb2, model_parameters_pb2, model_pb2, parameters_pb2, result_pb2, solution_pb2
from ortools.math_opt.core.python import solver as core
from ortools.math_opt.python import mathopt

from solver.pool import Flags, Floats, Ints

Basis = tuple[Mapping[int, int], Mapping[int, int]]
"""Status of the columns and of the rows (`BasisStatusProto`), by their names."""


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
        limits, begin = parameters_pb2.SolveParametersProto(), model_parameters_pb2.ModelSolveParametersProto()
        if start is None:
            # Measured on 25,000 columns: the dual simplex 0.6 s, the primal 2.2 s, HiGHS 2 to 9 s.
            limits.lp_algorithm = parameters_pb2.LP_ALGORITHM_DUAL_SIMPLEX
        else:
            # New columns leave the last solution feasible; presolve would forget it.
            limits.lp_algorithm = parameters_pb2.LP_ALGORITHM_PRIMAL_SIMPLEX
            limits.presolve = parameters_pb2.EMPHASIS_OFF
            unused, slack = solution_pb2.BASIS_STATUS_AT_LOWER_BOUND, solution_pb2.BASIS_STATUS_BASIC
            columns, rows = begin.initial_basis.variable_status, begin.initial_basis.constraint_status
            columns.ids.extend(range(len(self.names)))
            columns.values.extend([start[0].get(name, unused) for name in self.names.tolist()])
            rows.ids.extend(range(len(self._row_names)))
            rows.values.extend([start[1].get(name, slack) for name in self._row_names])
        limits.time_limit.FromTimedelta(timedelta(seconds=time_limit_s))
        found = core.solve(
            self._proto(), parameters_pb2.SOLVER_TYPE_GLOP, parameters_pb2.SolverInitializerProto(), limits, begin,
            None, callback_pb2.CallbackRegistrationProto(), None, None,
        )  # fmt: skip
        is_best = found.termination.reason == result_pb2.TERMINATION_REASON_OPTIMAL
        if not is_best or not found.solutions or not found.solutions[0].HasField("basis"):
            return None
        best = found.solutions[0]
        return Solution(
            best.primal_solution.objective_value,
            np.array(list(best.primal_solution.variable_values.values)),
            np.array(list(best.dual_solution.dual_values.values)),
            (
                dict(zip(self.names.tolist(), best.basis.variable_status.values, strict=True)),
                dict(zip(self._row_names, best.basis.constraint_status.values, strict=True)),
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
        order = order[weights[order] != 0]
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
