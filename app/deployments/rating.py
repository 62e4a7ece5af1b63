"""How the agency found the help: three questions afterwards, none of which has to be answered (domain.md 7)."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import ConfigDict, Field, StringConstraints
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.events import Actor, record
from app.core.problems import Conflict
from app.deployments.models import Deployment, Rating
from app.deployments.states import DeploymentState
from app.web.given import Body
from app.web.languages import N_, _

RATED = (DeploymentState.DEMOBILISING, DeploymentState.AFTER_ACTION, DeploymentState.CLOSED)
"""States in which the help can be judged."""
FIVE = (
    ("5", N_("Very good")), ("4", N_("Good")), ("3", N_("Fair")), ("2", N_("Poor")), ("1", N_("Very poor")),
)  # fmt: skip
QUESTIONS: dict[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    "help": (N_("How was the team's help?"), FIVE),
    "in_time": (N_("How was its timing?"), FIVE),
    "again": (
        N_("Would you ask us again?"),
        (("yes", N_("Yes")), ("not_sure", N_("Not sure")), ("no", N_("No"))),
    ),
}  # fmt: skip
"""Name to the question and its answers."""
NOTHING_SAID = N_("Answer at least one question, or write a few words.")


class RatingIn(Body):
    """What the agency says about the help. Everything may be left out, but not all of it."""

    model_config = ConfigDict(str_strip_whitespace=True)

    help: int | None = Field(None, ge=1, le=5, description="1 very poor to 5 very good")
    in_time: int | None = Field(None, ge=1, le=5)
    again: Annotated[str, Field(pattern="^(yes|no|not_sure)$")] | None = None
    words: Annotated[str, StringConstraints(max_length=4000, pattern=r"^[^\x00]*$")] = ""


def is_open(deployment: Deployment) -> bool:
    """Whether it can be rated now."""
    return deployment.state in RATED


def read(given: Mapping[str, str]) -> tuple[RatingIn | None, dict[str, str]]:
    """What was typed as a rating; or None and the errors, field to sentence."""
    wrong = {
        name: _("Choose from the list.")
        for name, (_question, choices) in QUESTIONS.items()
        if given.get(name) and given[name] not in dict(choices)
    }
    words = given.get("words", "").replace("\0", "").strip()
    if not wrong and not words and not any(given.get(name) for name in QUESTIONS):
        wrong["help"] = _(NOTHING_SAID)
    if wrong:
        return None, wrong
    chosen = {name: given[name] for name in QUESTIONS if given.get(name)}
    return RatingIn.model_validate(chosen | {"words": words[:4000]}), {}


def typed(said: Rating) -> dict[str, str]:
    """A rating as the form has it."""
    return {name: str(getattr(said, name) or "") for name in (*QUESTIONS, "words")}


async def of(session: AsyncSession, deployment_id: int) -> Rating | None:
    """What the agency said, if it did."""
    return await session.scalar(select(Rating).where(Rating.deployment_id == deployment_id))


async def rate(session: AsyncSession, deployment: Deployment, said: RatingIn, *, by: Actor) -> None:
    """Keep what the agency says; said again, it replaces what was said before.

    Raises:
        Conflict: the team is not done yet, or nothing was said.
    """
    if not is_open(deployment):
        raise Conflict(N_("The help can be rated once the team is getting ready to leave."))
    values = said.model_dump() | {"by_id": by.id, "at": clock.now()}
    if not any((said.help, said.in_time, said.again, said.words)):
        raise Conflict(NOTHING_SAID)
    kept = insert(Rating).values(deployment_id=deployment.id, **values)
    await session.execute(kept.on_conflict_do_update(index_elements=["deployment_id"], set_=values))
    topic = f"request:{deployment.request_id}"
    await record(session, "deployment.rated", deployment.id, topic=topic, by=by, help=said.help, again=said.again)
