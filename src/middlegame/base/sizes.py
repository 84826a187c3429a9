"""Sizes of memory and files as people read them."""

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
