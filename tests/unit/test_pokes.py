"""Pokes: whoever listens is woken, many pokes are one, and none is waited for."""

import asyncio

from machine.hub import LocalPokes


async def test_many_pokes_are_one_wake_up() -> None:
    pokes = LocalPokes()
    listening = pokes.listen("work")
    for _ in range(1_000):
        pokes.poke("work")
    assert await listening.wait(1)
    assert not await listening.wait(0.01)


async def test_a_poke_reaches_all_who_listen_to_its_topic_and_nobody_else() -> None:
    pokes = LocalPokes()
    one, two, other = pokes.listen("work"), pokes.listen("work"), pokes.listen("definitions")
    pokes.poke("work")
    assert [await one.wait(1), await two.wait(1), await other.wait(0.01)] == [True, True, False]


async def test_a_poke_while_somebody_waits_wakes_them() -> None:
    pokes = LocalPokes()
    listening = pokes.listen("work")
    asyncio.get_running_loop().call_later(0.01, pokes.poke, "work")
    assert await listening.wait(5)


async def test_who_has_closed_is_let_go_and_leaves_nothing_behind() -> None:
    pokes = LocalPokes()
    listening = pokes.listen("work")
    asyncio.get_running_loop().call_later(0.01, listening.close)
    assert not await listening.wait(5)
    listening.close()
    pokes.poke("work")
    assert not pokes.heard("work")
