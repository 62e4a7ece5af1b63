"""The expert who is signed in, for the pages' doors."""

from typing import Annotated

from fastapi import Depends

from app.access.viewer import MayAnswerOwnOffers, MayReadOwnOffers
from app.core.database import locked
from app.core.events import Actor
from app.core.problems import NotFound
from app.experts.models import Expert
from app.web.languages import prefer
from app.web.session import Session


async def reading(session: Session, viewer: MayReadOwnOffers) -> Expert:
    """The expert, to be read; the page is in their language.

    Raises:
        NotFound: the account belongs to nobody of the pool.
    """
    expert = await session.get(Expert, viewer.expert_id or 0)
    if expert is None:
        raise NotFound
    prefer(expert.preferred_language)
    return expert


async def in_my_language(_expert: Annotated[Expert, Depends(reading)]) -> None:
    """For doors that need no more of the expert than the language they read."""


async def acting(expert: Annotated[Expert, Depends(reading)], _viewer: MayAnswerOwnOffers) -> Expert:
    """The expert, who does something that locks a deployment first."""
    return expert


async def changing(session: Session, viewer: MayAnswerOwnOffers) -> Expert:
    """The expert, locked, to be changed.

    Raises:
        NotFound: the account belongs to nobody of the pool.
    """
    expert = await locked(session, Expert, viewer.expert_id or 0)
    prefer(expert.preferred_language)
    return expert


Me = Annotated[Expert, Depends(reading)]
MeActing = Annotated[Expert, Depends(acting)]
MeChanging = Annotated[Expert, Depends(changing)]


def by_me(expert: Expert) -> Actor:
    """For the log."""
    return Actor("expert", expert.id, expert.name)
