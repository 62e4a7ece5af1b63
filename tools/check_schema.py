"""Whether the migrations build what the models say, and can be taken back; on a database of its own.

`python -m tools.check_schema`: upgrade, compare with the models, downgrade to nothing, upgrade again.
"""

import sys
import tempfile
from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError

from app.core.postgres import EmbeddedPostgres

ROOT = Path(__file__).parent.parent
LEFT = """
    select relname from pg_class join pg_namespace on pg_namespace.oid = relnamespace
    where nspname = 'public' and relkind in ('r', 'v', 'S') and relname <> 'alembic_version'
    union all
    select proname from pg_proc join pg_namespace on pg_namespace.oid = pronamespace where nspname = 'public'
"""


def main() -> int:
    """Check; 0 when all is well."""
    with tempfile.TemporaryDirectory() as folder, EmbeddedPostgres(Path(folder), durable=False) as server:
        address = server.ensure_database("rrt_check")
        config = Config(ROOT / "alembic.ini")
        config.set_main_option("sqlalchemy.url", address.replace("%", "%%"))
        command.upgrade(config, "head")
        try:
            command.check(config)
        except CommandError as difference:
            print(f"check_schema: the migrations do not build what the models say.\n{difference}", file=sys.stderr)
            return 1
        command.downgrade(config, "base")
        if left := left_behind(address):
            print(f"check_schema: downgrading leaves behind {', '.join(left)}", file=sys.stderr)
            return 1
        command.upgrade(config, "head")
    print("check_schema: the migrations build what the models say, and go back")
    return 0


def left_behind(address: str) -> list[str]:
    """Names of tables, views, sequences and functions that a full downgrade did not drop."""
    with psycopg.connect(address.replace("+psycopg", "", 1)) as connection:
        return [name for (name,) in connection.execute(LEFT).fetchall()]


if __name__ == "__main__":
    sys.exit(main())
