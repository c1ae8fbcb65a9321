"""Families: conversions between types, words and keys, dates and times in what people write."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from tests.conformance.cases import Case, rows
from tests.conformance.tagged import (
    DATE_FORMATS,
    ENVIRONMENTS,
    attempted,
    check,
    environment,
    evaluated,
    moment,
    value,
)

from mhero.flows.case_values import parse_written_number
from mhero.flows.environment import NumberFormat
from mhero.flows.excellent import convert, dates
from mhero.flows.excellent.functions import FUNCTIONS
from mhero.flows.excellent.numbers import format_decimal, in_range
from mhero.flows.excellent.values import XError, XFunction, XObject
from mhero.flows.excellent.words import collate, snakify, words, words_between


def types() -> Iterator[Case]:
    """Conversions between types."""
    object1 = XObject({"foo": "Hello", "bar": Decimal(123)})
    object2 = XObject({"foo": "World", "bar": Decimal(456)})
    zero = XError("any")
    ids: dict[str, object] = {
        "object1": object1, "object2": object2, "date1": datetime(2017, 6, 23, 15, 30, tzinfo=UTC),
        "types.XDateTimeZero": datetime(1, 1, 1, tzinfo=UTC), "foo": FUNCTIONS["upper"],
        "anon": XFunction("", lambda _scope: None, 0, 0), "decimal.Zero": Decimal(0),
    }  # fmt: skip
    env = ENVIRONMENTS["dmy"]

    def case(name: str, run: Callable[[], None]) -> Case:
        return "go-tables types", name, run

    for index, row in enumerate(rows("excellent__types__base_test", "TestXValue")):

        def run(row: dict[str, Any] = row) -> None:
            given = value(row["value"], ids)
            assert convert.to_json(given) == row["marshaled"], convert.to_json(given)
            assert convert.nested_text(given) == row["rendered"]
            assert convert.formatted(env, given) == row["formatted"], convert.formatted(env, given)
            assert isinstance(given, XError) or convert.to_boolean(given) == row["asBool"]

        yield case(f"value {index}", run)
    for index, row in enumerate(rows("excellent__types__base_test", "TestEquals")):

        def run_equal(row: dict[str, Any] = row) -> None:
            assert convert.equal(value(row["x1"], ids), value(row["x2"], ids)) is row["result"]

        yield case(f"equal {index}", run_equal)
    for index, row in enumerate(rows("excellent__types__base_test", "TestCompare")):

        def run_compare(row: dict[str, Any] = row) -> None:
            assert convert.compare(value(row["x1"], ids), value(row["x2"], ids)) == row["result"]

        yield case(f"compare {index}", run_compare)
    conversions: tuple[tuple[str, str, str, Callable[[Any], object]], ...] = (
        ("array", "TestToXArray", "asArray", convert.to_array),
        ("date", "TestToXDate", "expected", lambda given: convert.to_date(env, given)),
        ("datetime", "TestToXDateTime", "expected", lambda given: convert.to_datetime(env, given)),
        ("function", "TestToXFunction", "asFunc", convert.to_function),
        ("object", "TestToXObject", "asObject", convert.to_object),
        ("time", "TestToXTime", "expected", lambda given: convert.to_time(env, given)),
        ("number", "TestToXNumberAndInteger", "asNumber", convert.to_number),
    )
    for name, table, wanted, convert_it in conversions:
        for index, row in enumerate(rows(f"excellent__types__{name}_test", table)):

            def run_conversion(
                row: dict[str, Any] = row,
                wanted: str = wanted,
                convert_it: Callable[[Any], object] = convert_it,
            ) -> None:
                got = attempted(lambda: convert_it(value(row["value"], ids)))
                if wanted == "asNumber":
                    whole = attempted(lambda: convert.to_integer(value(row["value"], ids)))
                    assert isinstance(whole, XError) if row["hasError"] else whole == row["asInteger"]
                    row = {**row, "hasError": row["hasError"] and isinstance(got, XError)}
                check(got, zero if row["hasError"] else value(row[wanted], ids))

            yield case(f"{name} {index}", run_conversion)
    yield from _json_and_numbers(case, ids)


def _json_and_numbers(
    case: Callable[[str, Callable[[], None]], Case], ids: dict[str, object]
) -> Iterator[Case]:
    for index, row in enumerate(rows("excellent__types__json_test", "TestXJSONResolve")):

        def run(row: dict[str, Any] = row) -> None:
            parsed = attempted(lambda: convert.parse_json(row["JSON"]))
            got = evaluated(f"@({row['expression']})", {"j": parsed})
            check(got, XError("any") if row["hasError"] else value(row["expected"]))

        yield case(f"json {index}", run)
    for index, row in enumerate(rows("excellent__types__number_test", "TestCheckDecimalRange")):

        def run_range(row: dict[str, Any] = row) -> None:
            given = row["value"]
            if "$id" in given:
                number = Decimal(0)
            elif given["$call"] == "decimal.New":
                number = Decimal(given["args"][0]).scaleb(given["args"][1])
            else:
                number = Decimal(given["args"][0])
            assert in_range(number) is not row["isError"]

        yield case(f"range {index}", run_range)
    for index, row in enumerate(rows("excellent__types__number_test", "TestFormatCustom")):

        def run_format(row: dict[str, Any] = row) -> None:
            symbols = row["format"]
            style = NumberFormat()
            if "DecimalSymbol" in symbols:
                style = NumberFormat(
                    decimal_symbol=symbols["DecimalSymbol"],
                    digit_grouping_symbol=symbols["DigitGroupingSymbol"],
                )
            got = format_decimal(value(row["input"], ids), style, row["places"], row["groupDigits"])
            assert got == row["expected"], got

        yield case(f"format {index}", run_format)


def words_and_keys() -> Iterator[Case]:
    """Words, keys, collation, and numbers as people write them."""
    simple: tuple[tuple[str, Callable[[dict[str, Any]], object], str], ...] = (
        ("TestSnakify", lambda row: snakify(row["input"]), "expected"),
        ("TestTokenizeString", lambda row: words(row["text"]), "result"),
        ("TestTokenizeStringByChars", lambda row: words_between(row["text"], row["chars"]), "result"),
    )
    for table, get, wanted in simple:
        for index, row in enumerate(rows("utils__text_test", table)):

            def run(
                row: dict[str, Any] = row, get: Callable[[dict[str, Any]], object] = get, wanted: str = wanted
            ) -> None:
                assert get(row) == row[wanted], get(row)

            yield "go-tables texts", f"{table} {index}", run
    collations = {"Default": "default", "Confusables": "confusables", "ArabicVariants": "arabic_variants"}
    for index, row in enumerate(rows("envs__collate_test", "TestCollation")):

        def run_collation(row: dict[str, Any] = row) -> None:
            collation = collations[row["collation"]["$id"].removeprefix("envs.Collation")]
            assert collate(row["input"], collation) == row["transform"], collate(row["input"], collation)
            for other, equals in row["equals"].items():
                assert (collate(row["input"], collation) == collate(other, collation)) is equals, other

        yield "go-tables texts", f"collation {index}", run_collation
    for index, row in enumerate(rows("flows__routers__cases__utils_test", "TestParseNumber")):

        def run_number(row: dict[str, Any] = row) -> None:
            style = NumberFormat()
            if row["format"]["$id"] == "spaFormat":
                style = NumberFormat(decimal_symbol=",", digit_grouping_symbol=".")
            got = parse_written_number(row["input"], style)
            assert got == Decimal(row["expected"]["args"][0]), got

        yield "go-tables texts", f"number {index}", run_number


def moments() -> Iterator[Case]:
    """Dates and times in what people write."""
    now = datetime(2018, 7, 9, 13, 36, 30, 123456, tzinfo=UTC)

    def written(identifier: str) -> str:
        return DATE_FORMATS[identifier.removeprefix("envs.DateFormat")]

    for index, row in enumerate(rows("envs__dates_test", "TestDateTimeFromString")):

        def run(row: dict[str, Any] = row) -> None:
            zone = UTC if row["Timezone"] == "UTC" else ZoneInfo(row["Timezone"])
            env = environment(date_format=written(row["DateFormat"]["$id"]), timezone=zone, now=lambda: now)
            got = dates.parse_datetime(env, row["Value"], fill_time=row["FillTime"])
            if row["Error"]:
                assert got is None, got
                return
            day, clock, offset = row["Expected"].split(" ")[:3]
            seconds, _, fraction = clock.partition(".")
            expected = datetime.strptime(f"{day} {seconds} {offset}", "%d-%m-%Y %H:%M:%S %z")
            assert got == expected.replace(microsecond=int(fraction.ljust(6, "0")[:6])), got

        yield "go-tables dates", f"datetime {index}", run
    for index, row in enumerate(rows("envs__dates_test", "TestDateFromString")):

        def run_date(row: dict[str, Any] = row) -> None:
            got = dates.parse_date(environment(date_format=written(row["dateFormat"]["$id"])), row["value"])
            assert got == (None if row["hasError"] else date.fromisoformat(row["expected"])), got

        yield "go-tables dates", f"date {index}", run_date
    for index, row in enumerate(rows("envs__dates_test", "TestTimeFromString")):

        def run_time(row: dict[str, Any] = row) -> None:
            got = dates.find_time(row["value"])
            assert got == (None if row["hasError"] else moment("$time", row["expected"])), got

        yield "go-tables dates", f"time {index}", run_time


def families() -> Iterator[Case]:
    """The families of this module."""
    yield from types()
    yield from words_and_keys()
    yield from moments()
