"""Sizes of memory and files, and times, as people read them."""

_DAY = 86_400
_UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")


def format_size(size: float) -> str:
    """Return a number of bytes in the largest unit of which there is at least one: `3.5 MiB`."""
    for unit in _UNITS:
        if size < 1024 or unit == _UNITS[-1]:
            break
        size /= 1024
    if size >= 1e6:
        return f"over a million {unit}"
    return f"{size:,.0f} {unit}" if size >= 100 or unit == "bytes" else f"{size:,.1f} {unit}"


def format_duration(seconds: float) -> str:
    """Return a time in the unit that suits it, a second at least: `40 s`, `12 min`, `3 days`."""
    for size, unit, below in (
        (1, "s", 100),
        (60, "min", 5400),
        (3600, "h", 48 * 3600),
        (_DAY, "days", 1000 * _DAY),
    ):
        if seconds < below:
            return f"{max(round(seconds / size), 1)} {unit}"
    years = seconds / (365.25 * _DAY)
    return f"{years:,.0f} years" if years < 1e6 else "over a million years"
