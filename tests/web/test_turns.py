"""Whoever asks gets what was begun after they asked, however many ask at once."""

import asyncio
from collections.abc import Awaitable, Callable

from app.web.languages import choose, language
from app.web.turns import Turns


class World:
    """Something that changes, and is read slowly."""

    def __init__(self) -> None:
        self.state, self.readings = 0, 0
        self.may_end = asyncio.Event()

    async def read(self) -> int:
        self.readings += 1
        seen = self.state
        await self.may_end.wait()
        return seen


async def _a_moment() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_who_asks_while_something_is_read_waits_for_what_is_read_after() -> None:
    world = World()
    turns = Turns(world.read)
    first = asyncio.create_task(turns.made())
    await _a_moment()
    world.state = 1
    others = [asyncio.create_task(turns.made()) for _ in range(200)]
    await _a_moment()
    world.state = 2
    world.may_end.set()
    assert await first == 0
    assert await asyncio.gather(*others) == [2] * 200
    assert world.readings == 2


async def test_nothing_is_kept_for_who_asks_later() -> None:
    world = World()
    world.may_end.set()
    turns = Turns(world.read)
    seen = []
    for world.state in range(3):
        seen.append(await turns.made())
    assert seen == [0, 1, 2]


async def test_who_asks_in_every_moment_never_sees_what_was_before() -> None:
    world = World()
    world.may_end.set()
    turns = Turns(world.read)

    async def looks() -> bool:
        asked_at = world.state
        return await turns.made() >= asked_at

    looking = []
    for world.state in range(100):
        looking.append(asyncio.create_task(looks()))
        await asyncio.sleep(0)
    assert all(await asyncio.gather(*looking))


async def test_one_who_leaves_does_not_take_it_from_the_others() -> None:
    world = World()
    turns = Turns(world.read)
    leaves, stays = asyncio.create_task(turns.made()), asyncio.create_task(turns.made())
    await _a_moment()
    leaves.cancel()
    await _a_moment()
    world.may_end.set()
    assert await stays == 0


async def test_what_goes_wrong_is_told_to_all_who_waited_and_to_nobody_after() -> None:
    answers: list[Callable[[], int]] = [lambda: 1 // 0, lambda: 7]

    async def read() -> int:
        return answers.pop(0)()

    turns = Turns(read)
    both = await asyncio.gather(turns.made(), turns.made(), return_exceptions=True)
    assert [type(each) for each in both] == [ZeroDivisionError] * 2
    assert await turns.made() == 7


async def test_what_is_made_for_all_is_not_in_the_language_of_the_first() -> None:
    async def read() -> str:
        return language()

    async def asks() -> str:
        choose("es")
        return await Turns(read).made()

    assert await asyncio.create_task(asks()) == "en"


def test_turns_go_on_where_another_loop_has_ended() -> None:
    world = 0

    async def read() -> int:
        return world

    turns = Turns(read)
    both: Awaitable[int]
    for world in (1, 2):
        both = turns.made()
        assert asyncio.run(_of(both)) == world


async def _of(made: Awaitable[int]) -> int:
    return await made
