"""What the parts of the benchmark share: a row of its table, and a stop-watch."""

import statistics
import time
from collections.abc import Callable
from typing import Any

Row = dict[str, Any]


def seconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def row(values: list[float], unit: str, baseline: str) -> Row:
    """Median, with the least and the greatest value as its spread."""
    return {
        "value": round(statistics.median(values), 3),
        "unit": unit,
        "spread": [round(min(values), 3), round(max(values), 3)],
        "baseline": baseline,
    }
