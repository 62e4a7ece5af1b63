"""Run a program on a leash: it is told to stop when the process that started it dies, `kill -9` included.

Used as a script by the launcher of the embedded PostgreSQL, in place of `preexec_fn`, which may deadlock where threads
run: `python leash.py PARENT_PID UID PROGRAM ARGUMENT...`; a UID of -1 keeps the user.
"""

import ctypes
import os
import signal
import sys
from pathlib import Path

PROGRAM = Path(__file__)
"""As a script."""
PR_SET_PDEATHSIG = 1


def become(uid: int) -> None:
    """Give up root for `uid`, its groups with it."""
    os.setgroups([])
    os.setgid(uid)
    os.setuid(uid)


def stop_with_parent(parent: int) -> None:
    """Ask Linux to send us SIGINT when `parent` dies; other systems have no such thing."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGINT)
    if os.getppid() != parent:  # it died before we asked
        sys.exit(1)


def main(parent: str, uid: str, *command: str) -> None:
    """Become the program, leashed."""
    if int(uid) >= 0:
        become(int(uid))  # first: a change of user drops the leash
    stop_with_parent(int(parent))
    os.execv(command[0], command)  # noqa: S606 - the command comes from our launcher  # nosec B606


if __name__ == "__main__":
    main(*sys.argv[1:])
