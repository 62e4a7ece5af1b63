"""`make image-test`: build the image with buildah on a base of debootstrap's, and see it migrate, serve and be ready.

Every service of `compose.yaml` that is ours runs from it by its own command, settings, secrets and health check, as the
image's user, on a root file system that cannot be written, against a PostgreSQL of our own. There is no Docker engine
in it: what the engine would do is done by mount namespaces and chroot.

Environment: BASE (an image to build on, instead of one that is made), IMAGE_MIRROR (of Debian), IMAGE_BUILD_OPTIONS
(more options of `buildah build`, such as volumes with the settings of your package mirror), IMAGE_FOLDER (where the
base is kept for the next time).
"""

import json
import os
import platform
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from app.core.postgres import EmbeddedPostgres
from app.demo.machine import free_port
from tools.image_services import READY_WITHIN_S, CannotTest, Container, make_secrets, ours, run

ROOT = Path(__file__).parent.parent
SUITE = "bookworm"
PACKAGES = "python3,python3-venv,ca-certificates"
BASE, IMAGE = "localhost/rrt-base", "localhost/rrt"
NEEDED = ("buildah", "debootstrap", "unshare", "chroot")
USELESS = ("usr/share/doc", "usr/share/man", "usr/share/locale", "var/cache/apt", "var/lib/apt/lists", "var/log")
"""What the base does not need: slim images leave out the same."""
ANSWERED = build_opener(ProxyHandler({}))


def check_machine() -> None:
    """Say what is missing.

    Raises:
        CannotTest: anything is.
    """
    if platform.system() != "Linux" or os.geteuid() != 0:
        raise CannotTest("Images can be built here by root on Linux only (chroot isolation needs no container engine).")
    missing = [name for name in NEEDED if shutil.which(name) is None]
    if missing:
        raise CannotTest(f"Missing: {', '.join(missing)}. On Debian or Ubuntu: apt-get install buildah debootstrap")


def make_base(folder: Path) -> str:
    """An image of a small Debian with its own Python; kept for the next time."""
    given = os.environ.get("BASE")
    if given:
        return given
    root = folder / "base"
    if not (root / "usr/bin/python3").exists():
        shutil.rmtree(root, ignore_errors=True)
        mirror = os.environ.get("IMAGE_MIRROR", "http://deb.debian.org/debian")
        run("debootstrap", "--variant=minbase", f"--include={PACKAGES}", SUITE, str(root), mirror)
        for useless in USELESS:
            shutil.rmtree(root / useless, ignore_errors=True)
            (root / useless).mkdir(parents=True)
    container = run("buildah", "from", "scratch")
    run("buildah", "add", "--quiet", container, str(root), "/")
    run("buildah", "commit", "--quiet", "--rm", "--timestamp", "0", container, BASE)
    return BASE


def build(base: str) -> None:
    """Build the Dockerfile. The same sources and base give the same image, whenever it is built."""
    more = shlex.split(os.environ.get("IMAGE_BUILD_OPTIONS", ""))
    run(
        "buildah", "build", "--isolation", "chroot", "--layers", "--timestamp", "0", "--format", "docker",
        "--build-arg", f"BASE={base}", *more, "--tag", IMAGE, ".",
    )  # fmt: skip


def image_size() -> int:
    """Bytes of the image, without compression."""
    said = run("buildah", "images", "--json", IMAGE)
    size = str(json.loads(said)[0]["size"])
    number, unit = size.split()
    return round(float(number) * {"B": 1, "KB": 1e3, "MB": 1e6, "GB": 1e9}[unit.upper()])


@contextmanager
def mounted() -> Iterator[tuple[Path, dict[str, Any]]]:
    """A container's root file system, and what the image says about itself."""
    container = run("buildah", "from", "--pull-never", IMAGE)
    try:
        inspected = json.loads(run("buildah", "inspect", container))
        yield Path(run("buildah", "mount", container)), inspected["Docker"]["config"]
    finally:
        run("buildah", "umount", container)
        run("buildah", "rm", container)


@contextmanager
def running(command: Sequence[str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process of the image, until the block ends."""
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output)
    try:
        yield process
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(15)
        process.kill()


def wait_for(url: str, log: Path) -> tuple[float, str]:
    """Seconds until an address answers well, and what it says.

    Raises:
        CannotTest: it never did.
    """
    began = time.monotonic()
    while time.monotonic() - began < READY_WITHIN_S:
        with suppress(URLError, OSError):
            return time.monotonic() - began, ANSWERED.open(url, timeout=2).read().decode()
        time.sleep(0.02)
    raise CannotTest(f"{url} does not answer.\n{log.read_text(errors='replace')[-2000:]}")


def exported(ports: Mapping[str, int]) -> dict[str, str]:
    """What whoever starts the compose file exports, to try it with the simulator (docs/operations.md)."""
    return {
        "RRT_PUBLIC_URL": f"http://127.0.0.1:{ports['8000']}", "RRT_TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "RRT_TWILIO_FROM": "+12025550100", "RRT_TWILIO_API_URL": f"http://127.0.0.1:{ports['8100']}",
        "RRT_DESK_PHONE": "202-555-0142", "RRT_ENVIRONMENT": "test", "RRT_SECURE_COOKIES": "false",
    }  # fmt: skip


def test(folder: Path) -> list[tuple[str, str]]:
    """Everything that the containers of the compose file must do; what was seen, for the table."""
    seen = [("image, without compression", f"{image_size() / 1e6:.0f} MB")]
    ports = {"8000": free_port(0), "8100": free_port(0)}
    with ExitStack() as stack:
        root, config = stack.enter_context(mounted())
        database = stack.enter_context(EmbeddedPostgres(folder / "postgres", durable=False))
        owner = database.ensure_database("rrt").replace("+psycopg", "")
        secrets = make_secrets(folder / "secrets", owner)
        services = {
            name: Container(root, config, service, folder=folder, secrets=secrets, ports=ports)
            for name, service in ours(exported(ports)).items()
        }
        web, worker = services["web"], services["worker"]
        seen += [
            ("runs as", web.says("id")),
            ("writing to its root", web.says("sh", "-c", "touch /srv/x 2>&1 || true").removeprefix("touch: ")),
            ("rrt --help", timed(web.runs("rrt", "--help"))),
            ("migrate: from nothing, and the roles", timed(services["migrate"].command())),
        ]
        for name in ("simulator", "web", "worker"):
            stack.enter_context(running(services[name].command(), services[name].log))
            if name == "web":
                seconds, _ = wait_for(f"http://127.0.0.1:{ports['8000']}/healthz", web.log)
                seen.append(("web: from start to the first answer", f"{seconds:.2f} s"))
            seen.append((f"{name}: its health check passes after", f"{services[name].is_well():.1f} s more"))
        _, ready = wait_for(f"http://127.0.0.1:{ports['8000']}/readyz", web.log)
        _, page = wait_for(f"http://127.0.0.1:{ports['8000']}/sign-in", web.log)
        seen += [
            ("/readyz", ready),
            ("the sign-in page", f"{len(page)} bytes"),
            ("rrt check", worker.says("rrt", "check")),
        ]
    return seen


def timed(command: Sequence[str]) -> str:
    """How long a command takes."""
    began = time.monotonic()
    run(*command)
    return f"{time.monotonic() - began:.2f} s"


def main() -> int:
    """Build and test; 0 when the image does what it must."""
    try:
        check_machine()
        with tempfile.TemporaryDirectory(prefix="rrt-image-") as temporary:
            kept = Path(os.environ.get("IMAGE_FOLDER", temporary))
            kept.mkdir(parents=True, exist_ok=True)
            began = time.monotonic()
            base = make_base(kept)
            build(base)
            built = time.monotonic() - began
            seen = [("built on", base), ("time to build", f"{built:.0f} s"), *test(Path(temporary))]
    except CannotTest as reason:
        print(reason, file=sys.stderr)
        return 1
    width = max(len(name) for name, _ in seen)
    print("\n".join(f"{name:<{width}}  {what}" for name, what in seen))
    return 0


if __name__ == "__main__":
    sys.exit(main())
