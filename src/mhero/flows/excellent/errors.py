"""What can be wrong with an expression."""

from __future__ import annotations

from mhero.flows.errors import FlowError


class ExpressionError(FlowError):
    """The expression could not be evaluated."""

    code = "expression"


class ExpressionSyntaxError(ExpressionError):
    """The expression is not written correctly."""

    code = "expression_syntax"


class BudgetExceeded(ExpressionError):
    """Evaluation budget exceeded: the expression asks for more work than one evaluation is allowed."""

    code = "expression_budget"
