"""Hosts of their own on one machine: network namespaces on a bridge. Needs root (or a user namespace) and `ip`.

Everything lives in a network of this run's own, which vanishes with it: nothing of the machine's network is touched.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

BRIDGE, PREFIX = "town", "10.77.0"
OURS = f"{PREFIX}.1"
"""Where the database, its pooler, the carrier and the balancer are."""
NAMES = Path("/run/netns")
"""Where `ip` keeps the names of namespaces; ours are nobody else's."""
INSIDE = "RRT_BENCH_NETWORK"
"""Set once this process has a network of its own."""


def enter(module: str, words: Sequence[str]) -> None:
    """Go on in a network of our own, unless we are in one: the same module with the same words."""
    if os.environ.get(INSIDE):
        return
    os.environ[INSIDE] = "1"
    isolated = ["unshare", "--net", "--mount", "--propagation", "private"]
    os.execvp(isolated[0], [*isolated, sys.executable, "-m", module, *words])  # noqa: S606 - our own words


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, text=True)


def build(hosts: Sequence[str]) -> dict[str, str]:
    """The bridge, and a namespace for each host.

    Returns:
        Each host's address.
    """
    NAMES.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", str(NAMES)], check=True)
    _ip("link", "set", "lo", "up")
    _ip("link", "add", BRIDGE, "type", "bridge")
    _ip("addr", "add", f"{OURS}/24", "dev", BRIDGE)
    _ip("link", "set", BRIDGE, "up")
    return {host: _host(host, f"{PREFIX}.{number}") for number, host in enumerate(hosts, start=11)}


def _host(name: str, address: str) -> str:
    _ip("netns", "add", name)
    _ip("link", "add", f"v-{name}", "type", "veth", "peer", "name", "eth0", "netns", name)
    _ip("link", "set", f"v-{name}", "master", BRIDGE, "up")
    _ip("-n", name, "addr", "add", f"{address}/24", "dev", "eth0")
    _ip("-n", name, "link", "set", "eth0", "up")
    _ip("-n", name, "link", "set", "lo", "up")
    return address


def cut(host: str) -> None:
    """Take a host's cable out: nothing reaches it, nothing comes from it, and nobody is told."""
    _ip("link", "set", f"v-{host}", "down")


def mend(host: str) -> None:
    """Put the cable back."""
    _ip("link", "set", f"v-{host}", "up")


def on(host: str, command: Sequence[str]) -> list[str]:
    """A command, to be run on a host."""
    return ["ip", "netns", "exec", host, *command]
