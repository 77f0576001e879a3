"""The machine learning behind Vitrine, in PyTorch: no web, no disk but in `weights`.

Organized by concept, not by lab. Every module opens with a legend of its shape letters.
"""
