"""A Ray cluster of two nodes on this machine, for the tests of the engine on it."""

import os
from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture(scope="session")
def cluster() -> Iterator[Any]:
    """Two nodes of Ray's, and this process connected to them."""
    from app.runs.cluster import ENVIRONMENT

    os.environ.update(ENVIRONMENT)
    import ray
    from ray.cluster_utils import Cluster

    node = {"num_cpus": 2, "memory": 64 * 2**30, "object_store_memory": 100 * 2**20}
    cluster = Cluster(initialize_head=True, head_node_args={**node, "include_dashboard": False})
    try:
        cluster.second = cluster.add_node(**node)
        ray.init(address=cluster.address, namespace="vitrine", log_to_driver=False)
        yield cluster
    finally:
        ray.shutdown()
        cluster.shutdown()
