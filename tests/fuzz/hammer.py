"""Schemathesis as a program of its own against the served application, and what its record says."""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CONFIG = """
headers = { HEADERS }

[phases.coverage]
unexpected-methods = ["GET", "PUT", "POST", "DELETE", "OPTIONS", "PATCH", "TRACE"]

[phases.stateful]
enabled = false

[checks.positive_data_acceptance]
expected-statuses = ["2xx", 401, 403, 404, 409, 412, 422]

[checks.negative_data_rejection]
expected-statuses = ["4xx"]

[checks.missing_required_header]
expected-statuses = [400, 401, 403, 404, 422, 428]
"""
"""A schema knows nothing of states and of who is who: what it allows may still be refused, in a documented way."""


@dataclass
class Record:
    """What came of a run as one person."""

    who: str
    cases: int = 0
    operations: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    """What was wrong, and at which operations."""

    def __str__(self) -> str:
        kinds = Counter(f"{status // 100}xx" for status in self.statuses.elements())
        told = ", ".join(f"{count} × {kind}" for kind, count in sorted(kinds.items()))
        return f"{self.who}: {self.cases} cases, {self.operations} operations, {told}; {len(self.failures)} failures"


UNSEEN = ("--exclude-checks", "ignored_auth")
"""For a session that is put in behind the hammer: it cannot take away what it does not see. "nobody" tries without."""


def config(headers: Mapping[str, str], ids: Mapping[str, Any]) -> str:
    """Settings of a run: who asks, and ids that are there, which more than half of the cases use."""
    quoted = ", ".join(f"{json.dumps(name)} = {json.dumps(value)}" for name, value in headers.items())
    lines = [CONFIG.replace("HEADERS", quoted), "[parameters]"]
    lines += [f'"path.{name}" = {{ dictionary = "{name}", probability = 0.6 }}' for name in ids]
    for name, value in ids.items():
        lines += [f"[dictionaries.{name}]", f"values = [{json.dumps(value)}]"]
    return "\n".join(lines)


async def hammer(who: str, address: str, settings: str, folder: Path, *options: str) -> Record:
    """Run it as somebody, and read its record."""
    file, seen, told = folder / f"{who}.toml", folder / f"{who}.ndjson", folder / f"{who}.json"
    file.write_text(settings)
    program = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).parent / "schemathesis"), "--config-file", str(file), "run",
        f"{address}/api/v1/openapi.json", "--url", address, "--checks", "all", "--continue-on-failure", "--no-color",
        "--warnings", "off", "--generation-database", "none", "--report-ndjson-path", str(seen),
        "--report-json-path", str(told), *options,
        cwd=folder, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await program.communicate()
    (folder / f"{who}.log").write_bytes(said)
    assert program.returncode in (0, 1), said.decode()
    return read(who, seen, told)


def read(who: str, seen: Path, told: Path) -> Record:
    """Its two reports as a record."""
    report = json.loads(told.read_text())
    record = Record(who, report["test_cases"]["generated"], report["operations"]["tested"])
    record.failures = [f"{one['title']} ({one['count']}): {', '.join(one['operations'])}" for one in report["failures"]]
    record.failures += [str(error) for error in report["errors"]]
    with seen.open() as lines:
        for line in lines:
            recorder = json.loads(line).get("ScenarioFinished", {}).get("recorder", {})
            for one in recorder.get("interactions", {}).values():
                record.statuses[(one.get("response") or {}).get("status_code", 0)] += 1
    return record
