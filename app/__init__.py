"""The web application: pages, endpoints and uploads; no mathematics."""

from importlib.metadata import version

__version__ = version("vitrine")
