"""Mobile operators by the beginning of their numbers, where it is known for certain.

Ranges by country code and first digits, as the countries' numbering plans give them out. A country in which
people keep their number when they change the operator is not here: the beginning would say nothing.
"""

from typing import Final


def _ranges(country_code: str, operator: str, beginnings: str) -> dict[str, str]:
    return {country_code + beginning: operator for beginning in beginnings.split()}


OPERATORS: Final[dict[str, str]] = {
    **_ranges("231", "Orange", "77"),
    **_ranges("231", "Lonestar MTN", "88 555"),
    **_ranges("232", "Orange", "71 72 73 74 75 76 78 79"),
    **_ranges("232", "Africell", "30 33 77 80 88 90 99"),
    **_ranges("232", "Qcell", "31 32 34"),
    **_ranges("232", "Sierratel", "25"),
    **_ranges("224", "Orange", "61 62"),
    **_ranges("224", "MTN", "66"),
    **_ranges("224", "Cellcom", "65"),
    **_ranges("223", "Orange", "70 71 72 73 74 75 76 77 78 79 90 91 92 93 94"),
    **_ranges("223", "Malitel", "60 61 62 63 64 65 66 67 68 69 95 96 97 98 99"),
    **_ranges("225", "Moov", "01"),
    **_ranges("225", "MTN", "05"),
    **_ranges("225", "Orange", "07"),
}
