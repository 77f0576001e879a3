"""What is told of the pieces of compose.yaml is seen: they are started, and killed, for real."""

import subprocess
import sys

import pytest

from tests.app.shared.stores import REDIS
from tests.cluster.pieces import ROOT
from tests.nginx import NGINX

PHONES = 40
GUESTS = PHONES - PHONES // 8 - 1  # the others train, and one presents
GUARD = 500  # seconds against hanging for ever

pytestmark = [
    pytest.mark.servers,
    pytest.mark.skipif(not (REDIS and NGINX), reason="there is no redis-server, or no nginx, here"),
]


def test_phones_come_back_and_nothing_acknowledged_is_lost_whatever_piece_is_killed() -> None:
    command = [sys.executable, "-m", "tests.cluster", "--phones", str(PHONES)]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=GUARD, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    told = done.stdout
    for piece in ("a web process", "a Ray node", "the store"):
        assert f"killed {piece}" in told
        assert f"after {piece} was killed: {GUESTS} answers acknowledged, {GUESTS} shown" in told
    assert "0 things went wrong" in told
