"""The peers from PyPI: each in a virtual environment of its own, as a minimal Django project."""
