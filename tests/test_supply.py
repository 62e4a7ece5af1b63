"""What is pinned, and under which licences."""

from email.message import Message

import pytest

from tools import licences, lock


def test_a_report_names_what_is_new_gone_or_another_version_and_nothing_else() -> None:
    before = lock.pins(
        "alembic==1.20.1 \\\n    --hash=sha256:0\nmako==1.4.3\nsphinx==9.0.4 ; python_version < '3.12'\n"
    )
    after = lock.pins("alembic==1.20.1\nsphinx==9.0.4 ; x\nsphinx==9.2.0 ; y\nuv==0.13.9\n")
    assert lock.changes(before, after) == [
        "  mako: 1.4.3 -> gone",
        "  sphinx: 9.0.4 -> 9.0.4 | 9.2.0",
        "  uv: new -> 0.13.9",
    ]


def test_a_report_reads_the_lock_of_the_pages_packages_too() -> None:
    text = '{"packages": {"": {"name": "x"}, "node_modules/@uswds/uswds": {"version": "3.14.0"}}}'
    assert lock.packages(text) == {"@uswds/uswds": "3.14.0"}


def test_a_package_that_is_not_pinned_is_not_upgraded_in_silence(capsys: pytest.CaptureFixture[str]) -> None:
    assert lock.main(["--upgrade", "no-such-package"]) == 2
    assert "no-such-package" in capsys.readouterr().err


def test_nothing_differs_from_the_present_pins() -> None:
    state = lock.state()
    assert len(state["requirements.txt"]) > 50
    assert "1 of" not in lock.report(state, state)


@pytest.mark.parametrize(
    ("licence", "allowed"),
    [
        ("MIT", True),
        ("Apache-2.0 OR GPL-3.0-only", True),
        ("MIT AND GPL-3.0-only", False),
        ("MIT AND (Apache-2.0 OR SSPL-1.0)", False),
        ("AGPL-3.0-or-later", False),
        ("Proprietary", False),
        ("", False),
    ],
)
def test_a_licence_is_allowed_when_all_of_it_is_that_we_must_accept(licence: str, allowed: bool) -> None:
    assert licences.is_allowed(licence) is allowed


@pytest.mark.parametrize(
    ("fields", "licence"),
    [
        ({"License-Expression": "BSD-3-Clause AND 0BSD", "License": "BSD"}, "BSD-3-Clause AND 0BSD"),
        ({"License": "Apache License, Version 2.0"}, "Apache-2.0"),
        ({"License": "UNKNOWN", "Classifier": "License :: OSI Approved :: ISC License (ISCL)"}, "ISC"),
        ({"License": "A long text.\nOf many lines.", "Classifier": "License :: OSI Approved :: MIT License"}, "MIT"),
        ({"Classifier": "Programming Language :: Python"}, ""),
    ],
)
def test_a_licence_is_read_as_the_package_declares_it(fields: dict[str, str], licence: str) -> None:
    metadata = Message()
    for name, value in fields.items():
        metadata[name] = value
    assert licences.declared(metadata) == licence


def test_every_part_that_is_pinned_or_built_in_is_listed_once_and_says_its_licence() -> None:
    listed = list(licences.parts())
    names = [part.name for part in listed]
    assert len(names) == len(set(names))
    assert {"fastapi", "htmx.org", "@uswds/uswds", "Source Sans Pro, in @uswds/uswds"} <= set(names)
    assert all(part.licence for part in listed)
