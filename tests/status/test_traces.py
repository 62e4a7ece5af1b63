"""One text is one trace, through web, jobs and Twilio; nothing of a person's is in it; off, it is not there."""

import subprocess
import sys
from collections.abc import AsyncIterator, Iterator

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sqlalchemy import text

from app.core import tracing
from app.core.database import begin
from tests.journeys.conftest import at_standing
from tests.standing import Standing, the_app
from tests.story import Story


@pytest.fixture
async def traced(app_url: str, standing: Standing, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Story]:
    """A service that traces."""
    async with at_standing(standing, app_url, monkeypatch) as told:
        monkeypatch.setitem(the_app()._telemetry, "tracing", True)
        yield told


@pytest.fixture
def spans(traced: Story) -> Iterator[InMemorySpanExporter]:
    """What would go to the collector."""
    kept = InMemorySpanExporter()
    tracing.export_by(SimpleSpanProcessor(kept), "test")
    yield kept
    tracing._TRACER.clear()
    trace._TRACER_PROVIDER = None
    trace._TRACER_PROVIDER_SET_ONCE._done = False


async def test_an_answer_is_one_trace_from_its_webhook_to_the_text_that_goes_back(
    traced: Story, spans: InMemorySpanExporter
) -> None:
    reference = await traced.files()
    await traced.approves(reference)
    first, *_ = await traced.asks(reference)
    spans.clear()
    await first.texts("YES")
    found = spans.get_finished_spans()
    (webhook,) = [span for span in found if span.name.endswith("/twilio/sms")]
    mine = [span for span in found if span.context.trace_id == webhook.context.trace_id]
    names = [span.name for span in mine]
    assert "job replies.read" in names
    assert "twilio messages.create" in names
    read = next(span for span in mine if span.name == "job replies.read")
    assert read.parent is not None
    assert read.parent.span_id in {span.context.span_id for span in mine}


async def test_a_trace_holds_no_number_no_words_and_no_key(traced: Story, spans: InMemorySpanExporter) -> None:
    reference = await traced.files()
    await traced.approves(reference)
    first, *_ = await traced.asks(reference)
    await first.texts("my sister Dolores is ill, sorry")
    asked = next(body for body in first.hears() if "/x/" in body)
    key = asked.partition("/x/")[2].split()[0]
    await traced.http.get(f"/x/{key}?next=Dolores")
    told = "".join(span.to_json() for span in spans.get_finished_spans())
    assert "/x/{token}" in told
    for secret in (first.number, first.number[2:], first.name, "Dolores", key):
        assert secret not in told


async def test_a_job_that_carries_a_trace_runs_where_nothing_is_traced(story: Story) -> None:
    await story.files()
    async with begin() as session:
        await session.execute(
            text(
                "update procrastinate_jobs set args = args ||"
                """ '{"traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}'"""
            )
        )
    await story.settle()
    assert any("We have your request" in m["body"] for m in story.carrier.messages)


def test_off_nothing_of_the_sdk_is_loaded() -> None:
    asked = (
        "import sys; from app.core import tracing; import app.main;"
        "heavy = ('opentelemetry.sdk', 'opentelemetry.exporter', 'prometheus_client');"
        "print([name for name in sys.modules if name.startswith(heavy)])"
    )
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
