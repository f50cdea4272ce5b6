"""What a run has used: counted when a turn ends, estimated while it goes on or when it is killed."""

from machine.domain.costs import Usage
from machine.domain.messages import TurnEnded, UsageSeen


class Account:
    """Adds up one run on top of what the task had used before it."""

    def __init__(self, before: Usage) -> None:
        self._counted = before
        self._streaming: dict[str, Usage] = {}
        self._last_total_usd: float | None = None

    @property
    def usage(self) -> Usage:
        """Counted turns, and the turn under way as far as it was streamed, which makes the sum an estimate."""
        total = self._counted
        for usage in self._streaming.values():
            total = total + usage.model_copy(update={"estimated": True})
        return total

    def see(self, seen: UsageSeen) -> None:
        """Tokens of a response under way."""
        self._streaming[seen.message_id] = seen.usage

    def end_turn(self, turn: TurnEnded) -> Usage:
        """Replace what was streamed by what the CLI reports; returns the new sum.

        Of a turn that was cut off the CLI reports nothing: then what was streamed stays, as an estimate. Of one that a
        budget ended it reports the price, and leaves the last answer's tokens out.
        """
        if turn.is_error and self._streaming and not (turn.usage.output_tokens or turn.usage.cost_usd):
            if turn.total_cost_usd is not None:
                self._last_total_usd = turn.total_cost_usd
            return self.killed()
        cost, estimated = self._cost_of(turn)
        if turn.total_cost_usd is not None:
            self._last_total_usd = turn.total_cost_usd
        tokens = self._most_tokens(turn) if turn.is_error else turn.usage
        self._streaming.clear()
        self._counted = self._counted + tokens.model_copy(update={"cost_usd": cost, "estimated": estimated})
        return self._counted

    def killed(self) -> Usage:
        """The sum when the turn under way will never be reported: its streamed tokens stay as an estimate."""
        self._counted = self.usage
        self._streaming.clear()
        return self._counted

    def _most_tokens(self, turn: TurnEnded) -> Usage:
        streamed = sum(self._streaming.values(), Usage())
        return turn.usage if turn.usage.output_tokens >= streamed.output_tokens else streamed

    def _cost_of(self, turn: TurnEnded) -> tuple[float, bool]:
        """A turn's own price; else the difference of totals; else (first turn of a resumed session) an estimate."""
        if turn.turn_cost_known:
            return turn.usage.cost_usd, False
        if turn.total_cost_usd is not None and self._last_total_usd is not None:
            return max(0.0, turn.total_cost_usd - self._last_total_usd), False
        streamed = sum(usage.cost_usd for usage in self._streaming.values())
        return streamed, bool(streamed)
