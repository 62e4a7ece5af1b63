"""The list of parts of what is shipped, as CycloneDX 1.6: `dist/sbom.cdx.json`.

`cyclonedx-py` reads the environment; we leave out what is there only to test, add the packages of the browser and what
lies inside of others, and have the result checked against CycloneDX's own schema. The same commit gives the same file.
"""

import base64
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tools.licences import INSIDE, Part, parts
from tools.lock import pins

ROOT = Path(__file__).parent.parent
FILE = ROOT / "dist/sbom.cdx.json"
Json = dict[str, Any]


def environment() -> Json:
    """What cyclonedx-py finds in this environment."""
    command = Path(sys.executable).with_name("cyclonedx-py")
    ran = subprocess.run(
        [str(command), "environment", sys.executable, "--pyproject", "pyproject.toml", "--output-reproducible",
         "--spec-version", "1.6", "--output-format", "JSON"], cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    found: Json = json.loads(ran.stdout)
    return found


def shipped(bom: Json, licences: dict[str, Part]) -> Json:
    """Only what `requirements.txt` pins, every part with a licence.

    Raises:
        SystemExit: something is pinned for this machine, and not installed.
    """
    pinned = pins((ROOT / "requirements.txt").read_text())
    kept = [one for one in bom["components"] if _name(one) in pinned]
    for one in kept:
        if not one.get("licenses"):
            one["licenses"] = _licence(licences[_name(one)].licence)
    refs = {one["bom-ref"] for one in kept} | {bom["metadata"]["component"]["bom-ref"]}
    depends = [
        one | {"dependsOn": [ref for ref in one.get("dependsOn", ()) if ref in refs]}
        for one in bom["dependencies"]
        if one["ref"] in refs
    ]
    return bom | {"components": kept, "dependencies": depends}


def _name(component: Json) -> str:
    return str(component["name"]).lower().replace("_", "-").replace(".", "-")


def _licence(expression: str) -> list[Json]:
    return [{"expression": expression}]


def of_the_browser(licences: dict[str, Part]) -> list[Json]:
    """npm's packages that are built into the pages, with the hash of what was downloaded."""
    locked = json.loads((ROOT / "assets/package-lock.json").read_text())["packages"]
    found = []
    for path, one in locked.items():
        name = path.removeprefix("node_modules/")
        if not name or one.get("dev"):
            continue
        purl = f"pkg:npm/{name.replace('@', '%40')}@{one['version']}"
        digest = base64.b64decode(one["integrity"].removeprefix("sha512-")).hex()
        found.append({
            "type": "library", "name": name, "version": one["version"], "purl": purl, "bom-ref": purl,
            "licenses": _licence(licences[name].licence), "hashes": [{"alg": "SHA-512", "content": digest}],
        })  # fmt: skip
    return found


def inside() -> list[Json]:
    """Fonts, icons and libraries that come inside of others."""
    return [
        {"type": "library", "name": name, "bom-ref": f"inside:{number}", "licenses": _licence(licence)}
        if licence != "Bitstream-Vera"
        else {
            "type": "library",
            "name": name,
            "bom-ref": f"inside:{number}",
            "licenses": [{"license": {"id": licence}}],
        }
        for number, (name, licence) in enumerate(INSIDE)
    ]


def main() -> int:
    """Write the list; 1 when it does not hold to the schema or misses a part."""
    licences = {part.name: part for part in parts()}
    bom = shipped(environment(), licences)
    bom["components"] += of_the_browser(licences) + inside()
    text = json.dumps(bom, indent=1, sort_keys=True)
    wrong = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    absent = pins((ROOT / "requirements.txt").read_text()).keys() - {_name(one) for one in bom["components"]}
    if wrong:
        sys.stderr.write(f"The list of parts does not hold to CycloneDX 1.6: {wrong}\n")
        return 1
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(text + "\n")
    print(f"{FILE.relative_to(ROOT)}: {len(bom['components'])} parts, CycloneDX 1.6, holds to its schema")
    if absent:
        print(f"Pinned for other systems and not here, so not in it: {', '.join(sorted(absent))}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
