"""Scikit-learn's handwritten digits, for every lab that learns them."""

import gzip
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

PIXELS = 64
WHITE = 16  # the greatest value of a pixel


@cache
def digits() -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Pictures [1797, 64] of 0 to 16, and their digits (Alpaydin and Kaynak, 1998), out of the file
    that scikit-learn ships: importing it takes longer than all else here.
    """
    spec = find_spec("sklearn")
    assert spec is not None
    assert spec.origin is not None
    file = Path(spec.origin).parent / "datasets" / "data" / "digits.csv.gz"
    text = gzip.decompress(file.read_bytes()).decode()
    rows = np.array(text.replace("\n", ",").rstrip(",").split(","), np.float64)
    table = rows.reshape(-1, PIXELS + 1)
    return table[:, :PIXELS], table[:, PIXELS].astype(np.int64)
