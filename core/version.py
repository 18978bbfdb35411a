"""The version of the program."""

from importlib.metadata import PackageNotFoundError, version


def program_version() -> str:
    """Return the installed version; "unknown" if the program runs without having been installed."""
    try:
        return version("xuanhao")
    except PackageNotFoundError:
        return "unknown"
