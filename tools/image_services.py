"""The services of `compose.yaml` that run from our image: command, settings, secrets and health check as it says."""

import os
import re
import shlex
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import make_url

ROOT = Path(__file__).parent.parent
ASKED = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")
"""${NAME}, ${NAME:-else}, ${NAME:?what it is}."""


READY_WITHIN_S = 60


class CannotTest(Exception):  # noqa: N818 - a sentence on the terminal
    """This machine cannot build images, or the image failed; the message says why."""


def run(*command: str, env: Mapping[str, str] | None = None) -> str:
    """Run a command; what it printed.

    Raises:
        CannotTest: it failed; with the last lines of what it said.
    """
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env=env)
    if done.returncode:
        tail = "\n".join((done.stdout + done.stderr).splitlines()[-30:])
        raise CannotTest(f"{shlex.join(command)} left with {done.returncode}:\n{tail}")
    return done.stdout.strip()


@dataclass(frozen=True, slots=True)
class Service:
    """One service.

    Args:
        command: what it runs; empty: the image's own.
        probe: its health check; empty: it has none; None: the image's own.
        settings: its environment.
        secrets: files under /run/secrets, by the name of the file in `./secrets`.
    """

    name: str
    command: list[str]
    probe: list[str] | None
    settings: dict[str, str]
    secrets: dict[str, str]


def ours(given: Mapping[str, str]) -> dict[str, Service]:
    """All that run from our image, by name.

    Args:
        given: what whoever starts them exports.

    Raises:
        KeyError: something that must be exported is not there.
    """
    composed = yaml.safe_load((ROOT / "compose.yaml").read_text())
    services = composed["services"].items()
    return {name: _service(name, each, given) for name, each in services if str(each["image"]).startswith("rrt:")}


def _service(name: str, written: Mapping[str, Any], given: Mapping[str, str]) -> Service:
    return Service(
        name, [_plain(word, given) for word in written.get("command", [])], _probe(written.get("healthcheck"), given),
        {key: _plain(str(value), given) for key, value in written["environment"].items()},
        dict(_secret(each) for each in written["secrets"]),
    )  # fmt: skip


def _plain(word: str, given: Mapping[str, str]) -> str:
    """As an engine reads it: variables filled in, `$$` is one `$`."""

    def value(match: re.Match[str]) -> str:
        name, kind, otherwise = match.groups()
        return given.get(name) or otherwise if kind == "-" else given[name]

    return "$".join(ASKED.sub(value, part) for part in word.split("$$"))


def _probe(written: Mapping[str, Any] | None, given: Mapping[str, str]) -> list[str] | None:
    if written is None:
        return None
    if written.get("disable"):
        return []
    how, *words = [_plain(word, given) for word in written["test"]]
    return ["sh", "-c", *words] if how == "CMD-SHELL" else words


def _secret(written: str | Mapping[str, str]) -> tuple[str, str]:
    """Target and source; the file of a source is named without `rrt_`."""
    if isinstance(written, str):
        return written, written.removeprefix("rrt_")
    return written["target"], written["source"].removeprefix("rrt_")


def make_secrets(folder: Path, owner: str) -> dict[str, str]:
    """What `tools/make_secrets.sh` writes, by file, with the address of our database's owner instead."""
    subprocess.run(["sh", str(ROOT / "tools/make_secrets.sh"), str(folder)], check=True, capture_output=True)
    made = {path.name: path.read_text() for path in folder.iterdir()}
    app = make_url(owner).set(username="rrt_app", password=made["app_password"]).render_as_string(hide_password=False)
    return made | {"owner_url": owner, "database_url": app, "twilio_auth_token": os.urandom(16).hex()}


INSIDE = """
set -eu
root=$1 user=$2 tmp=$3 secrets=$4
shift 4
mount --bind "$root" "$root"
mount -o remount,bind,ro "$root"
mount --bind "$tmp" "$root/tmp"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
mkdir "$root/run/secrets"
mount --bind "$secrets" "$root/run/secrets"
mount -o remount,bind,ro "$root/run/secrets"
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for each in null zero urandom random; do
    touch "$root/dev/$each"
    mount --bind "/dev/$each" "$root/dev/$each"
done
exec chroot --userspec="$user" "$root" "$@"
"""
"""What a container engine does: a read-only root, a /tmp and a /dev of its own, its secrets, and the image's user."""


class Container:
    """A service of the compose file in the image.

    Args:
        root: the image's root file system.
        config: what the image says about itself.
        folder: for its /tmp, its secrets and its log.
        ports: those that it would listen on, and those that are free here.
    """

    def __init__(
        self, root: Path, config: Mapping[str, Any], service: Service, *, folder: Path, secrets: Mapping[str, str],
        ports: Mapping[str, int],
    ) -> None:  # fmt: skip
        self.root, self.config, self.service, self.ports = root, config, service, ports
        self.log = folder / f"{service.name}.log"
        self._tmp, self._secrets = folder / f"{service.name}-tmp", folder / f"{service.name}-secrets"
        self._tmp.mkdir()
        self._tmp.chmod(0o1777)
        self._secrets.mkdir(mode=0o755)
        for target, source in service.secrets.items():
            (self._secrets / target).write_text(secrets[source])
            (self._secrets / target).chmod(0o444)

    def runs(self, *words: str) -> list[str]:
        """The command line that runs `words` in it, with its settings."""
        given = [*map(str, self.config["Env"]), *(f"{name}={value}" for name, value in self.service.settings.items())]
        start = ["/usr/bin/env", "-i", *given, "sh", "-c", 'cd "$0" && exec "$@"', str(self.config["WorkingDir"])]
        namespaces = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c", INSIDE, "sh"]
        own = [str(self.root), str(self.config["User"]), str(self._tmp), str(self._secrets)]
        return [*namespaces, *own, *start, *map(self._here, words)]

    def says(self, *words: str) -> str:
        """What a command in it prints."""
        return run(*self.runs(*words))

    def command(self) -> list[str]:
        """The command line of its own command; a web is told which port is free."""
        words = self.service.command or [str(word) for word in self.config["Cmd"]]
        return self.runs(*words, *(["--port", "8000"] if words[:2] == ["rrt", "serve"] else []))

    def is_well(self) -> float:
        """Seconds until its health check passes.

        Raises:
            CannotTest: it never does.
        """
        probe = self.service.probe
        if probe is None:
            probe = [str(word) for word in self.config["Healthcheck"]["Test"]][1:]
        began = time.monotonic()
        while True:
            try:
                self.says(*probe)
            except CannotTest as failed:
                if time.monotonic() - began > READY_WITHIN_S:
                    raise CannotTest(f"{failed}\n{self.log.read_text(errors='replace')[-2000:]}") from failed
                time.sleep(0.2)
            else:
                return time.monotonic() - began

    def _here(self, word: str) -> str:
        for port, free in self.ports.items():
            word = re.sub(rf"\b{port}\b", str(free), word)
        return word
