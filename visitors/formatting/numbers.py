"""Counts and percentages."""


def format_count(number: int, singular: str, plural: str | None = None) -> str:
    """Return a count with its noun: "1 visit", "1,204 visits", "2 countries" where the plural is given."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def format_percent(fraction: float) -> str:
    """Return a fraction as a percentage with at most two decimals: 0.0138 is "1.38%", 0.5 is "50%".

    Rounding never claims certainty: a tiny chance is "under 0.01%", one just below 1 is "over 99.99%".
    """
    if 0 < fraction < 0.0001:
        return "under 0.01%"
    if 0.9999 < fraction < 1:
        return "over 99.99%"
    if not abs(fraction) < 1e12:  # also for infinity and NaN
        return f"{fraction * 100:.6G}%"
    return f"{trim_zeros(f'{fraction * 100:z,.2f}').replace('-', '−')}%"


def trim_zeros(number: str) -> str:
    """Return a number that has a decimal point without the zeros at its end."""
    return number.rstrip("0").rstrip(".")
