"""What can be wrong with a contact query. Codes and most messages are those that RapidPro's users know."""

from __future__ import annotations

from mhero.flows.errors import FlowError


class QueryError(FlowError):
    """The contact query cannot be used."""

    code = "query"
    #: The message, with the names of what is told beside it.
    text = "the contact query cannot be used"

    def __init__(self, **extra: str) -> None:
        #: What the message speaks of, for programs.
        self.extra = extra
        super().__init__(self.text.format(**extra))


class QuerySyntaxError(QueryError):
    """The query is not written correctly: `found`, the character `at`, counted from 1, is not expected."""

    code = "syntax"
    text = "{found} is not expected at character {at}"


class QueryTooComplex(QueryError):
    """The query is longer or deeper than a query may be."""

    code = "too_complex"
    text = "query is too complex: {limit}"


class InvalidNumber(QueryError):
    """What a number is compared with is no number."""

    code = "invalid_number"
    text = "can't convert '{value}' to a number"


class InvalidDate(QueryError):
    """What a date is compared with is no date."""

    code = "invalid_date"
    text = "can't convert '{value}' to a date"


class InvalidGroup(QueryError):
    """There is no group with this name."""

    code = "invalid_group"
    text = "'{value}' is not a valid group name"


class InvalidFlow(QueryError):
    """There is no flow with this name."""

    code = "invalid_flow"
    text = "'{value}' is not a valid flow name"


class InvalidStatus(QueryError):
    """Contacts have no such status."""

    code = "invalid_status"
    text = "'{value}' is not a valid contact status"


class InvalidLanguage(QueryError):
    """This is no code of a language."""

    code = "invalid_language"
    text = "'{value}' is not a valid language code"


class InvalidPartialName(QueryError):
    """Too little of a name to look for."""

    code = "invalid_partial_name"
    text = "contains operator on name requires token of minimum length {min_token_length}"


class InvalidPartialURN(QueryError):
    """Too little of an address to look for."""

    code = "invalid_partial_urn"
    text = "contains operator on URN requires value of minimum length {min_value_length}"


class UnsupportedContains(QueryError):
    """This property has no parts to look for."""

    code = "unsupported_contains"
    text = "contains conditions can only be used with name or URN values"


class UnsupportedComparison(QueryError):
    """This property has no order."""

    code = "unsupported_comparison"
    text = "comparisons with {operator} can only be used with date and number fields"


class UnsupportedSetCheck(QueryError):
    """This property is always there."""

    code = "unsupported_setcheck"
    text = "can't check whether '{property}' is set or not set"


class UnknownProperty(QueryError):
    """Contacts have no such property."""

    code = "unknown_property"
    text = "can't resolve '{property}' to attribute, scheme or field"


class UnknownPropertyType(QueryError):
    """What stands before the dot is neither `fields` nor `urns`."""

    code = "unknown_property_type"
    text = "unknown property type '{type}'"


class RedactedURNs(QueryError):
    """Addresses are hidden, and must not be found out by queries."""

    code = "redacted_urns"
    text = "cannot query on redacted URNs"
