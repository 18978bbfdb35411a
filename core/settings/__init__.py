"""The settings: what stands in config.toml, checked, and ready to be used.

Every key is explained in config.example.toml. Environment variables ``XUANHAO_TABLE__KEY`` win
over the file. Nothing here opens a connection; secrets appear neither in messages nor in a repr.
"""

from core.settings.model import Settings
from core.settings.reading import load_settings
from core.settings.tables import PhotoSettings

__all__ = ["PhotoSettings", "Settings", "load_settings"]
