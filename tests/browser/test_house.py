"""./run demo as a program: it starts with nothing configured, answers, stops when told, and keeps what was there."""

import subprocess
import sys

from clausula_server.database.embedded import Cluster
from tests.browser.conftest import House


def test_a_demo_that_runs_is_not_started_a_second_time(house: House) -> None:
    command = [sys.executable, "-m", "clausula_server", "demo"]
    second = subprocess.run(command, env=house.environment(), capture_output=True, text=True, check=False)
    assert second.returncode == 1
    assert "A demo of this checkout runs already" in second.stderr


def test_a_demo_that_was_stopped_keeps_its_data(house: House) -> None:
    assert "demo: claims loaded" in house.told()
    house.stop()
    assert not Cluster(house.state).runs()
    assert "loaded" not in house.start()
