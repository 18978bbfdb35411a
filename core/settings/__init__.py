"""The settings: the contents of config.toml and of the environment, validated.

config.example.toml documents every key. Environment variables ``XUANHAO_TABLE__KEY`` override the
file. Nothing here opens a connection; secrets never appear in messages or in a repr.
"""

from core.settings.model import Settings
from core.settings.reading import load_settings
from core.settings.tables import PhotoSettings

__all__ = ["PhotoSettings", "Settings", "load_settings"]
