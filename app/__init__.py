"""The web application: pages, endpoints and uploads; no mathematics."""

from importlib.metadata import version
from pathlib import Path

__version__ = version("vitrine")
ROOT = Path(__file__).parents[1]  # where app, models, static and templates lie
