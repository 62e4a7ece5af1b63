"""A revision with which the code before cannot run is named, unless it says why it may."""

import pytest

from tools.check_expands import contracting

EXPANDS = (
    'op.add_column("offers", sa.Column("seen_at", sa.DateTime()))',
    'op.add_column("offers", sa.Column("tries", sa.BigInteger(), nullable=False, server_default="0"))',
    'op.create_table("visits")\n    op.create_check_constraint("ck", "visits", "id > 0")',
    'op.create_index("ix_offers_seen_at", "offers", ["seen_at"])',
    'op.execute("create view report.visits as select 1")',
)
CONTRACTS = (
    'op.drop_column("offers", "answer")',
    'op.drop_table("offers")',
    'op.rename_table("offers", "questions")',
    'op.alter_column("offers", "answer", new_column_name="said")',
    'op.alter_column("offers", "answer", nullable=False)',
    'op.alter_column("offers", "answer", type_=sa.BigInteger())',
    'op.add_column("offers", sa.Column("tries", sa.BigInteger(), nullable=False))',
    'op.create_check_constraint("ck", "offers", "tries > 0")',
    'op.create_index("uq_offers", "offers", ["code"], unique=True)',
    'op.execute("alter table offers drop column answer")',
    'op.execute("alter table offers alter column answer set not null")',
)


def _revision(steps: str) -> str:
    return f"def upgrade() -> None:\n    {steps}\n"


@pytest.mark.parametrize("steps", EXPANDS)
def test_what_only_adds_passes(steps: str) -> None:
    assert list(contracting(_revision(steps))) == []


@pytest.mark.parametrize("steps", CONTRACTS)
def test_what_the_code_before_cannot_live_with_is_named(steps: str) -> None:
    assert len(list(contracting(_revision(steps)))) == 1


def test_a_revision_may_say_why_it_contracts() -> None:
    said = 'SIDE_BY_SIDE = "no code has read it since 0.3"\n' + _revision(CONTRACTS[0])
    assert list(contracting(said)) == []


def test_taking_back_is_not_asked() -> None:
    assert list(contracting(_revision("pass") + 'def downgrade() -> None:\n    op.drop_table("offers")\n')) == []
