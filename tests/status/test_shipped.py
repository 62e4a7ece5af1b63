"""What is shipped beside the code: rules, dashboard, compose file, image. Every name in them means something."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.core.settings import Settings
from app.status import figures
from tools import dashboard, image_services, image_test

ROOT = Path(__file__).parent.parent.parent
RULES = yaml.safe_load((ROOT / "deploy/prometheus/rrt.rules.yml").read_text())
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
ALERTS = [rule for group in RULES["groups"] for rule in group["rules"]]
NAMES = {figure.name for figure in figures.FIGURES}
OURS = {name: one for name, one in COMPOSE["services"].items() if str(one.get("image", "")).startswith("rrt:")}
LABELS = {figure.name: set(figure.labels) for figure in figures.FIGURES}


def named(expression: str) -> set[str]:
    """Our metrics in an expression."""
    return set(re.findall(r"\brrt_\w+", expression))


@pytest.mark.parametrize("alert", ALERTS, ids=[one["alert"] for one in ALERTS])
def test_an_alert_asks_for_metrics_that_exist_and_says_what_to_do(alert: dict[str, Any]) -> None:
    assert named(alert["expr"]) <= NAMES
    for metric, label in re.findall(r"(\brrt_\w+)\{(\w+)=", alert["expr"]):
        assert label in LABELS[metric]
    assert alert["labels"]["severity"] in {"page", "desk", "work"}
    assert alert["annotations"]["summary"].endswith(".")
    assert alert["annotations"]["runbook"] == f"docs/operations.md#{alert['alert'].lower()}"
    assert f"\n### {alert['alert']}\n" in (ROOT / "docs/operations.md").read_text()


def test_every_alert_is_tried_as_it_begins_and_nothing_else_wakes_anybody() -> None:
    tried = yaml.safe_load((ROOT / "deploy/prometheus/rrt.tests.yml").read_text())["tests"]
    begun = {rule["alertname"] for one in tried for rule in one.get("alert_rule_test", []) if rule["exp_alerts"]}
    assert begun == {alert["alert"] for alert in ALERTS}
    known = {name for one in tried for series in one["input_series"] for name in named(series["series"])}
    assert known <= NAMES
    quiet, *_ = tried
    assert {name for alert in ALERTS for name in named(alert["expr"])} == {
        name for series in quiet["input_series"] for name in named(series["series"])
    }


@pytest.mark.skipif(shutil.which("promtool") is None, reason="needs promtool: on Debian, in the package prometheus")
def test_the_alerts_come_when_they_should_by_prometheus_own_program() -> None:
    done = subprocess.run(
        ["promtool", "test", "rules", "rrt.tests.yml"], cwd=ROOT / "deploy/prometheus", capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(shutil.which("caddy") is None, reason="needs caddy: on Debian, in the package caddy")
@pytest.mark.parametrize("site", ["rrt.example.gov", "http://rrt.localhost:8080"])
def test_the_proxy_takes_its_configuration_and_hides_the_metrics(site: str) -> None:
    done = subprocess.run(
        ["caddy", "adapt", "--validate", "--adapter", "caddyfile", "--config", "deploy/Caddyfile"], cwd=ROOT,
        env=os.environ | {"RRT_SITE": site}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert '"handler":"static_response","status_code":404' in done.stdout


def test_every_metric_is_on_the_dashboard_and_no_other() -> None:
    shown = {name for row in dashboard.ROWS.values() for panel in row for name in named(panel[2])}
    assert shown == NAMES
    assert dashboard.FILE.read_text() == dashboard.written()


def test_no_secret_stands_in_the_compose_file() -> None:
    text = (ROOT / "compose.yaml").read_text()
    secret = {
        f"RRT_{name}".upper() for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)
    }
    for name, service in COMPOSE["services"].items():
        given = service.get("environment", {})
        assert not secret & given.keys(), name
        assert not any("PASSWORD" in key and not key.endswith("_FILE") for key in given), name
    assert not re.search(r"postgres(ql)?://", text)
    assert all(one["file"].startswith("./secrets/") for one in COMPOSE["secrets"].values())
    assert "secrets/" in (ROOT / ".gitignore").read_text().splitlines()
    assert "secrets" in (ROOT / ".dockerignore").read_text().splitlines()


def test_every_secret_of_the_compose_file_is_one_that_its_script_makes_or_asks_for() -> None:
    script = (ROOT / "tools/make_secrets.sh").read_text()
    for one in COMPOSE["secrets"].values():
        assert Path(one["file"]).name in script


def test_every_setting_of_the_compose_file_is_one_of_ours() -> None:
    known = {f"RRT_{name}".upper() for name in Settings.model_fields}
    for service in OURS.values():
        assert {name for name in service["environment"] if name.startswith("RRT_")} <= known


def test_what_the_image_is_tried_with_are_the_services_of_the_compose_file() -> None:
    read = image_services.ours(image_test.exported({"8000": 8000, "8100": 8100}))
    assert read.keys() == OURS.keys()
    assert {name: each.probe for name, each in read.items()}["worker"] == [
        "sh",
        "-c",
        'test -n "$(find /tmp/alive -mmin -1)"',
    ]
    assert read["migrate"].secrets["rrt_database_url"] == "owner_url"
    assert read["web"].settings["RRT_TWILIO_API_URL"] == "http://127.0.0.1:8100"
    assert not [each for each in read.values() for value in each.settings.values() if "${" in value]


def test_what_must_be_exported_for_the_compose_file_and_is_not_is_named() -> None:
    with pytest.raises(KeyError, match="RRT_PUBLIC_URL"):
        image_services.ours({})


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_a_service_cannot_write_its_root_and_says_whether_it_is_well(name: str) -> None:
    service = COMPOSE["services"][name]
    assert service["read_only"] is True
    assert "healthcheck" in service or name == "web"  # the image's own
    if name in OURS:
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]


def test_nothing_starts_before_the_migration_has_succeeded_once() -> None:
    assert COMPOSE["services"]["migrate"]["restart"] == "no"
    for name in OURS.keys() - {"migrate"}:
        assert OURS[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


def test_two_web_and_two_workers_share_one_database_that_only_they_reach() -> None:
    assert [COMPOSE["services"][name]["deploy"]["replicas"] for name in ("web", "worker")] == [2, 2]
    assert COMPOSE["services"]["database"]["networks"] == ["inside"]
    assert COMPOSE["networks"]["inside"]["internal"] is True
    assert "ports" not in COMPOSE["services"]["database"]


def test_the_database_may_write_where_its_log_is_archived() -> None:
    service = COMPOSE["services"]["database"]
    program, option, script, _, *given = service["command"]
    assert (program, option) == ("sh", "-c")
    assert script.startswith("chown postgres:postgres /archive && "), "a new volume is root's"
    assert script.endswith('exec docker-entrypoint.sh postgres "$$@"')
    assert given[::2] == ["-c"] * (len(given) // 2)
    assert "archive_mode=on" in given
    assert "archive:/archive" in service["volumes"]


def test_the_image_is_nobodys_root_and_holds_what_was_pinned() -> None:
    told = (ROOT / "Dockerfile").read_text()
    *_, last = re.split(r"^FROM ", told, flags=re.MULTILINE)
    assert re.search(r"^USER 1\d{4}:1\d{4}$", last, re.MULTILINE)
    assert "HEALTHCHECK" in last
    assert "curl" not in told
    assert told.count("FROM ${BASE}") == 2
    installs = re.findall(r"pip install (.*)", told)
    assert all("--require-hashes" in one or "--no-deps ." in one for one in installs)
    assert all("--no-compile" in one for one in installs), "pip's pyc hold times: no two images were the same"
