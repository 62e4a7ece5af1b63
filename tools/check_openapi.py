"""Whether the API still is what `docs/openapi.json` says; `--write` accepts an intended change."""

import json
import os
import sys
from pathlib import Path

DOCUMENT = Path(__file__).parent.parent / "docs/openapi.json"
SAMPLE = {
    "RRT_ENVIRONMENT": "test",
    "RRT_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
    "RRT_SECRET_KEY": "only to describe the API, not to serve it",
    "RRT_TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "RRT_TWILIO_AUTH_TOKEN": "sample",
    "RRT_TWILIO_FROM": "+12025550100",
}


def described() -> str:
    """The document of the API as it is; needs no database."""
    os.environ.update(SAMPLE)
    from app.main import create_app  # noqa: PLC0415 - after the sample settings

    return json.dumps(create_app().openapi(), indent=2, sort_keys=True) + "\n"


def changes(before: object, after: object, where: str = "") -> list[str]:
    """The places where two documents differ, one line each."""
    if before == after:
        return []
    if isinstance(before, dict) and isinstance(after, dict):
        keys = sorted(before.keys() | after.keys())
        return [line for key in keys for line in changes(before.get(key), after.get(key), f"{where}/{key}")]
    verb = "new" if before is None else "gone" if after is None else "changed"
    return [f"  {verb}: {where}"]


def main(*arguments: str) -> int:
    """Compare or write; 0 when all is well."""
    now = described()
    if "--write" in arguments:
        DOCUMENT.write_text(now)
        return 0
    written = DOCUMENT.read_text() if DOCUMENT.exists() else "{}"
    if written == now:
        print("check_openapi: the API is what docs/openapi.json says")
        return 0
    print("check_openapi: the API is not what docs/openapi.json says (intended? make openapi)", file=sys.stderr)
    print("\n".join(changes(json.loads(written), json.loads(now))[:40]), file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
