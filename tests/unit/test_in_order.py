"""Events of several processes come to readers in one order, or readers are sent to the store."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from machine.domain.events import StoredEvent
from machine.hub.in_order import MAX_HELD, InOrder
from machine.hub.outbox import Outbox


def event(seq: int) -> StoredEvent:
    return StoredEvent(type="task.output", at=datetime(2026, 11, 22, tzinfo=UTC), body="{}", task_id="task_1", seq=seq)


def begun(last: int = 0) -> InOrder:
    order = InOrder()
    assert order.stored(last), "where nothing is known, readers have to read the store"
    return order


def taken(order: InOrder, *seqs: int) -> list[int | None]:
    """What is handed out for each of these; None where readers are sent to the store."""
    found: list[int | None] = []
    for seq in seqs:
        ready = order.take(seq, event(seq))
        found += [None] if ready is None else [one.seq for one in ready]
    return found


def test_the_first_event_of_a_line_of_which_nothing_is_known_sends_readers_to_the_store() -> None:
    assert taken(InOrder(), 7, 8, 9) == [None, 8, 9]


def test_what_came_already_is_dropped() -> None:
    assert taken(begun(), 1, 2, 1, 2, 3, 3) == [1, 2, 3]


def test_an_event_that_comes_before_its_predecessor_waits_for_it() -> None:
    order = begun()
    assert taken(order, 1, 3, 4) == [1]
    assert order.waiting
    assert taken(order, 2) == [2, 3, 4]
    assert not order.waiting


def test_what_is_held_stands_in_the_store_when_the_wait_was_for_nothing() -> None:
    order = begun()
    taken(order, 1, 3, 5)
    order.give_up()
    assert not order.waiting
    assert taken(order, 2, 3, 4, 5, 6) == [6]


def test_few_events_wait() -> None:
    order = begun()
    found = taken(order, *range(2, MAX_HELD + 3))
    assert found == [None]
    assert not order.waiting
    assert taken(order, MAX_HELD + 3) == [MAX_HELD + 3]


def test_a_store_that_has_no_more_changes_nothing_and_one_that_has_more_sends_readers_there() -> None:
    order = begun(5)
    assert not order.stored(5)
    assert not order.stored(4)
    taken(order, 8)
    assert order.stored(7)
    assert not order.waiting
    assert taken(order, 6, 7, 8, 9) == [9]


@given(st.permutations(range(1, 30)))
def test_whatever_the_order_of_coming_each_is_handed_out_once_and_in_order(seqs: list[int]) -> None:
    assert taken(begun(), *seqs, *seqs) == list(range(1, 30))


def test_what_waits_to_be_published_is_gathered_by_channel_in_its_order() -> None:
    outbox = Outbox()
    for channel, line in (("a", b"1"), ("b", b"2"), ("a", b"3"), ("poke", b""), ("poke", b"")):
        outbox.add(channel, line)
    assert outbox.take(b"me") == [("a", b"me\n1\n3"), ("b", b"me\n2"), ("poke", b"me")]
    assert not outbox


def test_what_does_not_get_away_is_dropped_as_a_whole_and_remembered() -> None:
    outbox = Outbox(max_bytes=100)
    lost = []
    for _ in range(2):
        outbox.add("a", b"x" * 60)
        lost.append(outbox.lost)
    assert lost == [False, True]
    assert outbox.take(b"me") == []
    outbox.add("a", b"y")
    assert outbox.take(b"me") == [("a", b"me\ny")]


def test_a_large_message_is_several() -> None:
    outbox = Outbox()
    for _ in range(10):
        outbox.add("a", b"x" * 100_000)
    messages = outbox.take(b"me")
    assert sum(message.count(b"\n") for _, message in messages) == 10
    assert max(len(message) for _, message in messages) < 400_000
