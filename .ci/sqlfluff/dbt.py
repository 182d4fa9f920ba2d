"""What stands in for dbt's own cross-engine macros while sqlfluff reads the models: the ones that are used here."""


def type_string() -> str:
    """A text type."""
    return "varchar"


def type_int() -> str:
    """A whole number's type."""
    return "integer"


def type_bigint() -> str:
    """A large whole number's type."""
    return "bigint"


def type_float() -> str:
    """A fraction's type."""
    return "double"


def type_boolean() -> str:
    """A truth value's type."""
    return "boolean"


def type_timestamp() -> str:
    """A time's type."""
    return "timestamp"


def date_trunc(part: str, expression: str) -> str:
    """The beginning of a period."""
    return f"date_trunc('{part}', {expression})"


def dateadd(part: str, number: str, expression: str) -> str:
    """A time moved."""
    return f"({expression} + interval ({number}) {part})"


def concat(fields: list[str]) -> str:
    """Texts joined."""
    return " || ".join(fields)
