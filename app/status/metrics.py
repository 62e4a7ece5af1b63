"""`GET /metrics`: the figures as Prometheus reads them, for whoever shows the token of the settings."""

import hmac
import time
from typing import Annotated

from fastapi import APIRouter, Header, Response

from app.access.viewer import Anyone
from app.core.database import begin
from app.core.problems import NotFound
from app.core.settings import get_settings
from app.status import figures
from app.status.figures import Samples

router = APIRouter(include_in_schema=False)
KEPT_S = 5.0
"""Several Prometheus servers, or somebody who asks all the time, cost one reading."""
_LAST: list[tuple[float, bytes]] = []


@router.get("/metrics", dependencies=[Anyone])
async def metrics(authorization: Annotated[str, Header()] = "") -> Response:
    """Numbers and names of states only, nobody's name or number. Without a token set there is no such page."""
    token = get_settings().metrics_token
    if token is None or not hmac.compare_digest(f"Bearer {token.get_secret_value()}".encode(), authorization.encode()):
        raise NotFound
    now = time.monotonic()
    if not _LAST or now - _LAST[0][0] > KEPT_S:
        async with begin(only_reads=True) as session:
            found = await figures.read(session)
        _LAST[:] = [(now, exposed(found))]
    from prometheus_client import CONTENT_TYPE_LATEST  # noqa: PLC0415 - only where somebody asks

    return Response(_LAST[0][1], headers={"Content-Type": CONTENT_TYPE_LATEST, "Cache-Control": "no-store"})


def exposed(found: Samples) -> bytes:
    """The figures in Prometheus' words."""
    from prometheus_client import CollectorRegistry, generate_latest  # noqa: PLC0415 - only where somebody asks
    from prometheus_client.core import GaugeMetricFamily  # noqa: PLC0415
    from prometheus_client.registry import Collector  # noqa: PLC0415

    class Read(Collector):
        def collect(self) -> list[GaugeMetricFamily]:
            families = []
            for figure, samples in found.items():
                family = GaugeMetricFamily(figure.name, figure.says, labels=figure.labels)
                for sample in samples:
                    family.add_metric(sample.labels, sample.value)
                families.append(family)
            return families

    registry = CollectorRegistry()
    registry.register(Read())
    return generate_latest(registry)
