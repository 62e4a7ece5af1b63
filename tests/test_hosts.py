"""Several hosts over one database: whole processes in networks of their own (`bench/hosts`)."""

import os
import shutil
import subprocess
import sys

import pytest

from bench.hosts.pooler import program

CAN = os.geteuid() == 0 and shutil.which("ip") and shutil.which("unshare")
SHORT = ["--seconds", "60", "--deployments", "4", "--experts", "300"]


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.skipif(not CAN or program() is None, reason="needs root, ip, unshare and pgbouncer")
def test_a_host_cut_off_and_one_killed_lose_and_double_nothing() -> None:
    done = subprocess.run([sys.executable, "-m", "bench.hosts", *SHORT], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "cedar has lost its power" in done.stdout
