"""`make image-test`: build the image with buildah on a base of debootstrap's, and see it migrate, serve and be ready.

It runs as the image says (its user, its command), on a root file system that cannot be written, against a PostgreSQL of
our own. There is no Docker engine in it: what the engine would do is done by mount namespaces and chroot.

Environment: BASE (an image to build on, instead of one that is made), IMAGE_MIRROR (of Debian), IMAGE_BUILD_OPTIONS
(more options of `buildah build`, such as volumes with the settings of your package mirror), IMAGE_FOLDER (where the
base is kept for the next time).
"""

import json
import os
import platform
import secrets
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from app.core.postgres import EmbeddedPostgres
from app.demo.machine import free_port

ROOT = Path(__file__).parent.parent
SUITE = "bookworm"
PACKAGES = "python3,python3-venv,ca-certificates"
BASE, IMAGE = "localhost/rrt-base", "localhost/rrt"
NEEDED = ("buildah", "debootstrap", "unshare", "chroot")
USELESS = ("usr/share/doc", "usr/share/man", "usr/share/locale", "var/cache/apt", "var/lib/apt/lists", "var/log")
"""What the base does not need: slim images leave out the same."""
READY_WITHIN_S = 60
ANSWERED = build_opener(ProxyHandler({}))


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
def mounted() -> Iterator[tuple[Path, dict[str, object]]]:
    """A container's root file system, and what the image says about itself."""
    container = run("buildah", "from", "--pull-never", IMAGE)
    try:
        inspected = json.loads(run("buildah", "inspect", container))
        yield Path(run("buildah", "mount", container)), inspected["Docker"]["config"]
    finally:
        run("buildah", "umount", container)
        run("buildah", "rm", container)


INSIDE = """
set -eu
mount --bind "$1" "$1"
mount -o remount,bind,ro "$1"
mount -t tmpfs -o mode=1777 tmpfs "$1/tmp"
mount -t proc proc "$1/proc"
mount -t tmpfs -o mode=755 tmpfs "$1/dev"
for each in null zero urandom random; do
    touch "$1/dev/$each"
    mount --bind "/dev/$each" "$1/dev/$each"
done
root=$1 user=$2
shift 2
exec chroot --userspec="$user" "$root" "$@"
"""
"""What a container engine does: a read-only root, a /tmp and a /dev of its own, and the image's user."""


def inside(root: Path, config: Mapping[str, object], settings: Mapping[str, str], words: Sequence[str]) -> list[str]:
    """The command line that runs `words` in the image."""
    own = [str(each) for each in config["Env"]]  # type: ignore[attr-defined]  # JSON
    given = [f"{name}={value}" for name, value in settings.items()]
    start = ["/usr/bin/env", "-i", *own, *given, "sh", "-c", 'cd "$0" && exec "$@"', str(config["WorkingDir"])]
    namespaces = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
    return [*namespaces, "sh", "-c", INSIDE, "sh", str(root), str(config["User"]), *start, *words]


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


def settings_for(database: str, port: int) -> dict[str, str]:
    """What a container of the image is given."""
    return {
        "RRT_DATABASE_URL": database.replace("+psycopg", ""), "RRT_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "RRT_SECRET_KEY": secrets.token_urlsafe(48), "RRT_ENVIRONMENT": "test", "RRT_DESK_PHONE": "202-555-0142",
        "RRT_TWILIO_ACCOUNT_SID": "AC" + "0" * 32, "RRT_TWILIO_AUTH_TOKEN": secrets.token_hex(16),
        "RRT_TWILIO_FROM": "+12025550100", "RRT_ALIVE_FILE": "/tmp/alive",  # noqa: S108  # nosec B108 - the container's own
    }  # fmt: skip


def test(folder: Path) -> list[tuple[str, str]]:
    """Everything that a container of the image must do; what was seen, for the table."""
    seen = [("image, without compression", f"{image_size() / 1e6:.0f} MB")]
    with ExitStack() as stack:
        root, config = stack.enter_context(mounted())
        database = stack.enter_context(EmbeddedPostgres(folder / "postgres", durable=False))
        port = free_port(0)
        given = settings_for(database.ensure_database("rrt"), port)

        def says(*words: str) -> str:
            return run(*inside(root, config, given, words))

        seen.append(("runs as", says("id")))
        seen.append(("writing to its root", says("sh", "-c", "touch /srv/x 2>&1 || true").removeprefix("touch: ")))
        began = time.monotonic()
        says("rrt", "--help")
        seen.append(("rrt --help", f"{time.monotonic() - began:.2f} s"))
        began = time.monotonic()
        says("rrt", "migrate")
        seen.append(("rrt migrate, from nothing", f"{time.monotonic() - began:.1f} s"))
        log = folder / "worker.log"
        stack.enter_context(running(inside(root, config, given, ["rrt", "worker"]), log))
        log = folder / "web.log"
        serve = [*map(str, config["Cmd"]), "--port", str(port)]  # type: ignore[call-overload]  # JSON
        stack.enter_context(running(inside(root, config, given, serve), log))
        seconds, _ = wait_for(f"http://127.0.0.1:{port}/healthz", log)
        seen.append(("from start to the first answer", f"{seconds:.2f} s"))
        _, ready = wait_for(f"http://127.0.0.1:{port}/readyz", log)
        seen.append(("/readyz", ready))
        probe = [str(each) for each in config["Healthcheck"]["Test"]][1:]  # type: ignore[index]  # JSON
        says(*(part.replace(":8000/", f":{port}/") for part in probe))
        seen.append(("the image's own health check", "passes"))
        _, page = wait_for(f"http://127.0.0.1:{port}/sign-in", log)
        seen.append(("the sign-in page", f"{len(page)} bytes"))
    return seen


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
