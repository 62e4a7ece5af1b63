"""Traces: what one request or text set going, through web, jobs and Twilio, as OpenTelemetry's collectors take it.

Off unless `RRT_TRACES_TO` says where to. Off, nothing of OpenTelemetry's SDK is loaded, no job carries a trace, and a
span costs two calls that do nothing. Traces hold ids and names of doors and jobs: no path, no query, no words.
"""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from app.core.settings import get_settings

CARRIED = "traceparent"
"""The argument of a job that says which trace it belongs to."""
_TRACER: list[Any] = []
"""OpenTelemetry's, once tracing was started."""
_NOTHING = nullcontext()


def start_tracing(service: str) -> None:
    """Trace what this process does from now on, if the settings say where to. `service`: "web", "worker"."""
    address = get_settings().traces_to
    if not address or _TRACER:
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 - only when on
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    export_by(BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{address.rstrip('/')}/v1/traces")), service)


def export_by(processor: Any, service: str) -> None:
    """Trace from now on, with a span processor of OpenTelemetry's."""
    from opentelemetry import trace  # noqa: PLC0415 - only when on
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import SpanLimits, TracerProvider  # noqa: PLC0415

    # An exception's words may quote what somebody typed: no events at all.
    provider = TracerProvider(
        resource=Resource.create({"service.name": f"rrt-{service}"}), span_limits=SpanLimits(max_events=0)
    )
    provider.add_span_processor(_without_people())
    provider.add_span_processor(processor)
    trace.set_tracer_provider(provider)
    _TRACER[:] = [provider.get_tracer("rrt")]


def _without_people() -> Any:
    from opentelemetry.sdk.trace import Span, SpanProcessor  # noqa: PLC0415

    class WithoutPeople(SpanProcessor):
        """The web's spans come with path and query: keys of links, names searched for. The route says enough."""

        def on_start(self, span: Span, parent_context: Any = None) -> None:
            for name in ("url.path", "url.query", "url.full"):
                if span.attributes and name in span.attributes:
                    span.set_attribute(name, "...")

    return WithoutPeople()


def is_on() -> bool:
    """Whether this process traces."""
    return bool(_TRACER)


def span(name: str, within: str | None = None, **ids: str | int) -> AbstractContextManager[None]:
    """A part of a trace; where nothing is traced, nothing.

    Args:
        name: what is done: "job replies.read", "twilio messages.create".
        within: a trace that came from elsewhere (`carried`); none: the present one.
        ids: numbers and names of ours; never anything of a person's.
    """
    return _traced(name, within, ids) if _TRACER else _NOTHING


@contextmanager
def _traced(name: str, within: str | None, ids: Mapping[str, str | int]) -> Iterator[None]:
    from opentelemetry.trace import SpanKind, StatusCode  # noqa: PLC0415 - only when on
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator  # noqa: PLC0415

    context = TraceContextTextMapPropagator().extract({CARRIED: within}) if within else None
    with _TRACER[0].start_as_current_span(
        name, context=context, kind=SpanKind.CONSUMER if within else SpanKind.INTERNAL, attributes=ids,
        record_exception=False, set_status_on_exception=False,
    ) as current:  # fmt: skip
        try:
            yield
        except BaseException as error:
            current.set_status(StatusCode.ERROR, type(error).__name__)
            raise


def carried() -> Mapping[str, str]:
    """What a job takes along to belong to the present trace; nothing where there is none."""
    if not _TRACER:
        return {}
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator  # noqa: PLC0415 - only when on

    found: dict[str, str] = {}
    TraceContextTextMapPropagator().inject(found)
    return {CARRIED: found[CARRIED]} if CARRIED in found else {}
