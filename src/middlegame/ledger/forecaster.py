"""Who speaks: the user, unless another name is given."""

import getpass


def forecaster_name(given: str | None = None) -> str:
    """Give the name to record."""
    if given is not None:
        return given.strip()
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # an account without a name
        return "somebody"
