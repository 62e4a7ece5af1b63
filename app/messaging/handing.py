"""From a claimed message to what Twilio said to it; for every job that has claimed one."""

from app.core.database import begin
from app.messaging import gateway, sending
from app.messaging.carrier import CarrierError, Order, Taken


async def hand_over(order: Order) -> None:
    """Call Twilio outside any transaction, and note its answer in one of its own."""
    answer = await _answer_to(order)
    async with begin() as session:
        await sending.note(session, order, answer)


async def _answer_to(order: Order) -> Taken | CarrierError:
    try:
        return await gateway.hand_over(order)
    except CarrierError as error:
        return error
