"""The functions of expressions, by name."""

from mhero.flows.excellent.functions import arrays, datetimes, formats, logic, numeric, texts
from mhero.flows.excellent.functions.registry import FUNCTIONS

__all__ = ["FUNCTIONS", "arrays", "datetimes", "formats", "logic", "numeric", "texts"]
