"""The web application: every room's doors, under one guard."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any

from fastapi import APIRouter, Depends, FastAPI
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from app import rooms
from app.access import oidc, viewed
from app.access.viewer import Anyone
from app.core import tracing
from app.core.database import begin, close_engine
from app.core.jobs import job_app
from app.core.settings import get_settings
from app.requests import leaving_out, leaving_out_api
from app.watch import epochs, heartbeats
from app.watch.schema import is_behind
from app.web import described, problems
from app.web.asked import Asked
from app.web.described import permissions
from app.web.files import Files
from app.web.languages import Languages
from app.web.live import live
from app.web.render import STATIC
from app.web.security import Security
from app.web.too_large import InWords

LARGEST_BODY = 2 * 1024 * 1024
"""Bytes; an expert file is the largest thing anybody sends."""


class RouteWithoutPermission(Exception):  # noqa: N818 - a sentence at start-up
    """A route declares neither a permission nor that it is open to everybody: the app does not start."""


health = APIRouter()


@health.get("/healthz", dependencies=[Anyone], include_in_schema=False)
async def healthz() -> dict[str, str]:
    """The process lives."""
    return {"status": "ok"}


@health.get("/readyz", dependencies=[Anyone], include_in_schema=False)
async def readyz() -> JSONResponse:
    """The service can work: the database answers, is migrated, is the one worked with last; the auditor is alive."""
    try:
        async with begin() as session:
            revision = await session.scalar(text("select version_num from alembic_version"))
            stopped = await heartbeats.stopped(session, heartbeats.AUDITOR)
            restored = await epochs.why(session)
    except SQLAlchemyError:
        return JSONResponse({"status": "database unreachable or not migrated"}, 503)
    if is_behind(str(revision)):
        return JSONResponse({"status": f"the schema is behind this code ({revision}); run rrt migrate"}, 503)
    if restored:
        return JSONResponse({"status": f"restored, nothing is sent; run rrt reconcile. {restored}"}, 503)
    if stopped is not None:
        minutes = round(stopped.total_seconds() / 60)
        return JSONResponse({"status": f"the auditor has not run for {minutes} minutes; is a worker running?"}, 503)
    return JSONResponse({"status": "ready", "schema": revision})


def routes(app: Any) -> Iterator[BaseRoute]:
    """Every route of an application, of included routers too."""
    for route in app.routes:
        inner = getattr(route, "original_router", None) or getattr(route, "router", None)
        if inner is not None:
            yield from routes(inner)
        else:
            yield route


OPEN_PATHS = frozenset({"/api/v1/openapi.json", "/static"})
"""What the framework serves itself: the document of the API, and files that hold nothing of anybody."""


def refuse_unguarded(app: FastAPI) -> None:
    """Walk every route.

    Raises:
        RouteWithoutPermission: one of them declares nothing.
    """
    for route in routes(app):
        guarded = isinstance(route, APIRoute) and any(permissions(route.dependant))
        path = str(getattr(route, "path", route))
        if not guarded and path not in OPEN_PATHS:
            raise RouteWithoutPermission(path)


@asynccontextmanager
async def _lifespan(_app: FastAPI) -> AsyncIterator[None]:
    async with job_app().open_async():
        live.start()
        yield
        await live.stop()
    await close_engine()


class Application(FastAPI):
    """What every answer goes through last, those included that the framework gives itself."""

    def build_middleware_stack(self) -> ASGIApp:
        """The framework's stack, inside of ours."""
        inner = InWords(super().build_middleware_stack())
        return Asked(Security(inner, public_url=get_settings().public_url, sign_in_at=oidc.authority()))


def create_app() -> FastAPI:
    """The application with every room's doors.

    Raises:
        SettingsMissing: a setting is missing or wrong.
        RouteWithoutPermission: a door was left unguarded.
    """
    get_settings()
    rooms.load_jobs()
    app = Application(
        title="Rapid Response Team dispatch",
        version="1",
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
        max_body_size=LARGEST_BODY,
        telemetry={"auto_configure": False, "metrics": False, "logs": False, "tracing": tracing.is_on()},
        dependencies=[Depends(viewed.note, scope="function"), Depends(leaving_out.look), Depends(leaving_out_api.look)],
    )
    app.include_router(health)
    for name in rooms.ROUTERS:
        app.include_router(import_module(name).router)
    for name in rooms.REFUSALS:
        problems.register_refusals(import_module(name).REFUSALS)
    problems.install(app)
    leaving_out.install(app)
    leaving_out_api.install(app)
    described.install(app)
    app.mount("/static", Files(directory=STATIC), name="static")
    app.add_middleware(Languages)
    # It leaves streams of events alone. Secrets of a page are never beside what another site could put there:
    # the cookies of those who are signed in do not go with another site's requests.
    app.add_middleware(GZipMiddleware, minimum_size=2000, compresslevel=5)
    refuse_unguarded(app)
    return app
