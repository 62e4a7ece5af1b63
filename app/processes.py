"""The processes an installation runs: web, worker, simulator, and the migration before them."""

import asyncio
import logging
import signal
from collections.abc import Callable
from pathlib import Path

from app import rooms
from app.core.database import begin, close_engine
from app.core.jobs import come_back, job_app, rescue, run_worker
from app.core.loading import loading
from app.core.log import start_logging
from app.core.settings import get_settings
from app.core.tracing import start_tracing
from app.messaging import gaps, gateway, reconciling

logger = logging.getLogger(__name__)
ROOT = Path(__file__).parent.parent
ALIVE_S = 5


def migrate() -> None:
    """Bring the database to the newest schema. Several at once: one works, the others wait."""
    from alembic import command  # noqa: PLC0415 - Alembic is heavy, and only needed here
    from alembic.config import Config  # noqa: PLC0415

    here = ROOT / "alembic.ini"
    config = Config(here if here.is_file() else Path.cwd() / "alembic.ini")
    config.set_main_option("sqlalchemy.url", get_settings().libpq_url.replace("%", "%%"))
    command.upgrade(config, "head")


def _start_watching(service: str) -> None:
    settings = get_settings()
    start_logging(settings.log_level, settings.log_format)
    start_tracing(service)


def serve(host: str, port: int) -> None:
    """Serve the pages and the API until stopped."""
    _start_watching("web")
    with loading():
        import uvicorn  # noqa: PLC0415 - heavy, as the next, and only needed here

        from app.main import create_app  # noqa: PLC0415

        app = create_app()
    uvicorn.run(app, host=host, port=port, log_config=None, access_log=False)


def work(concurrency: int) -> None:
    """Do jobs until stopped."""
    _start_watching("worker")
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        runner.run(_work(concurrency))


def loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop's, as the web has it, where there is one: not on Windows."""
    try:
        import uvloop  # noqa: PLC0415
    except ImportError:
        return None
    return uvloop.new_event_loop


async def _work(concurrency: int) -> None:
    with loading():
        from app.rosters import solving  # noqa: PLC0415

        rooms.load_jobs()

    async def work_until_stopped() -> None:
        await look_before_working()
        await run_worker(concurrency)

    alive = asyncio.create_task(_show_life(get_settings().alive_file))
    gateway.get_ready()
    solving.get_ready()
    working = asyncio.create_task(come_back(work_until_stopped))
    # One owner of the signals: a stop asked for while the database is away must end the worker, not start it again.
    for asked in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(asked, working.cancel)
    try:
        await working
    except asyncio.CancelledError:
        logger.info("stopped")
    finally:
        alive.cancel()
        solving.stop()
        await close_engine()


async def _show_life(file: Path | None) -> None:
    """Touch a file as long as this process comes round: a container's health check looks at its age."""
    while file is not None:
        file.touch()  # noqa: ASYNC240 - a touch does not wait
        await asyncio.sleep(ALIVE_S)


async def look_before_working() -> None:
    """Before the first job: learn what a restore lost, hold what is stale, read texts, take jobs over."""
    from app.restoring import reconcile  # noqa: PLC0415 - only workers need it

    await reconcile.before_working()
    async with job_app().open_async():
        async with begin() as session:
            await gaps.notice(session)
        await reconciling.read_missed()
        await rescue()


def simulate(port: int, seed: int, host: str = "127.0.0.1") -> None:
    """Run the simulated carrier until stopped."""
    import uvicorn  # noqa: PLC0415

    from app.simulator.server import create_simulator  # noqa: PLC0415

    settings = get_settings()
    start_logging(settings.log_level)
    app = create_simulator(
        account_sid=settings.twilio_account_sid,
        auth_token=settings.twilio_auth_token.get_secret_value(),
        public_url=settings.public_url,
        seed=seed,
    )
    uvicorn.run(app, host=host, port=port, log_config=None, access_log=False)
