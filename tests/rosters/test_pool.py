"""The pool as the rules see it is read again when, and only when, somebody has changed; loads are summed right."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select, update

from app.core.database import begin
from app.experts.exposure import load_at, loads
from app.experts.models import Credential, Expert, Exposure
from app.experts.taxonomy import CLINICAL
from app.rosters import pool
from solver.problem import Expert as Seen


async def _seen() -> list[Seen]:
    async with begin(only_reads=True) as session:
        return await pool.everybody(session)


@pytest.mark.usefixtures("story")
async def test_who_has_not_changed_and_is_bound_by_nothing_is_the_very_same() -> None:
    pairs = [pair for pair in zip(await _seen(), await _seen(), strict=True) if not pair[0].busy]
    assert len(pairs) > 20
    assert all(one is other for one, other in pairs)


@pytest.mark.usefixtures("story")
async def test_what_changes_in_a_row_or_a_licence_is_seen_at_once() -> None:
    before = await _seen()
    who = next(one for one in before if one.licences)
    async with begin() as session:
        await session.execute(update(Expert).where(Expert.id == who.id).values(is_leader=not who.is_leader))
    changed = next(one for one in await _seen() if one.id == who.id)
    assert changed.is_leader is not who.is_leader
    async with begin() as session:
        theirs = (Credential.expert_id == who.id) & Credential.kind.in_(CLINICAL)
        await session.execute(update(Credential).where(theirs).values(expires_on=None))
    assert next(one for one in await _seen() if one.id == who.id).licences != changed.licences
    async with begin() as session:
        await session.execute(update(Expert).where(Expert.id == who.id).values(is_active=False))
    assert [one.id for one in await _seen()] == [one.id for one in before if one.id != who.id]


@pytest.mark.usefixtures("story")
async def test_the_database_sums_what_load_at_sums() -> None:
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    at = [now - timedelta(days=days, minutes=7) for days in (729, 200, 61, 3)]
    async with begin() as session:
        one, other = await session.scalars(select(Expert.id).order_by(Expert.id).limit(2))
        lines = [(one, at[0], 45.0), (one, at[1], 0.6), (one, at[3], 27.4), (other, at[2], 15.0), (other, now, 9.0)]
        rows = [
            {"expert_id": who, "assignment_id": 9000 + place, "at": when, "points": points, "facts": {},
             "policy_version": 1}
            for place, (who, when, points) in enumerate(lines)
        ]  # fmt: skip
        await session.execute(insert(Exposure), rows)
        for person in (one, other):
            own = [(when, points) for who, when, points in lines if who == person]
            assert (await loads(session, now, [person])) == {person: pytest.approx(load_at(own, now), abs=1e-6)}
        assert (await loads(session, now)).keys() == {one, other}
