"""Where a followed task is shown: JSON lines, plain text, or a live terminal."""

import sys
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, Protocol

import click

from machine.cli.figures import Progress
from machine.cli.output import clean, json_line
from machine.cli.terminal import Span, Transcript

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.live import Live

_REDRAW_SECONDS: Final = 0.05
_STYLES: Final = {
    "": "",
    "dim": "dim",
    "tool": "cyan",
    "good": "green",
    "bad": "red",
    "note": "blue",
    "bold": "bold yellow",
}


class Screen(Protocol):
    """Shows events in order, and what the program itself has to say."""

    def event(self, event: Mapping[str, Any]) -> None: ...

    def note(self, text: str) -> None: ...

    def tick(self) -> None:
        """Called about ten times a second."""
        ...

    def prompt(self, text: str) -> None:
        """Show `text` and leave the cursor behind it; nothing else is shown until `resume`."""
        ...

    def resume(self) -> None: ...

    def close(self) -> None: ...


class JsonScreen:
    """Every event as one line of JSON on stdout; notes on stderr."""

    def event(self, event: Mapping[str, Any]) -> None:
        click.echo(json_line(event))

    def note(self, text: str) -> None:
        click.echo(f"machine: {clean(text)}", err=True)

    def tick(self) -> None:
        return

    def prompt(self, text: str) -> None:
        raise AssertionError(f"nobody can be asked on a screen for programs: {text}")

    def resume(self) -> None:
        return

    def close(self) -> None:
        return


class PlainScreen:
    """Text without colours or cursor movements, for pipes, logs and dumb terminals."""

    def __init__(self) -> None:
        self._transcript = Transcript()

    def event(self, event: Mapping[str, Any]) -> None:
        click.echo("".join(span.text for span in self._transcript.render(event)), nl=False)

    def note(self, text: str) -> None:
        click.echo(f"machine: {clean(text)}", err=True)

    def tick(self) -> None:
        return

    def prompt(self, text: str) -> None:
        click.echo(text, nl=False)

    def resume(self) -> None:
        return

    def close(self) -> None:
        return


class LiveScreen:
    """A terminal: finished lines scroll away, the line being written and the progress line stay at the bottom."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.text import Text

        self._console = Console(highlight=False, emoji=False, markup=False)
        self._transcript = Transcript()
        self._progress = Progress()
        self._tail: Text = Text()
        self._live: Live | None = None
        self._drawn_at = 0.0
        self.resume()

    def event(self, event: Mapping[str, Any]) -> None:
        self._progress.update(event)
        self._write(self._transcript.render(event))

    def note(self, text: str) -> None:
        self._write(self._transcript.line(clean(text), "note"))

    def tick(self) -> None:
        if self._live is not None:
            self._live.update(self._bottom(), refresh=True)
            self._drawn_at = time.monotonic()

    def prompt(self, text: str) -> None:
        self._write(self._transcript.end_line())
        self._stop()
        before, _, question = text.rpartition("\n")
        if before:
            self._console.print(before, style="yellow")
        self._console.print(question, style="bold yellow", end="")
        sys.stdout.flush()

    def resume(self) -> None:
        from rich.live import Live

        if self._live is None:
            self._live = Live(console=self._console, auto_refresh=False, transient=True, redirect_stderr=False)
            self._live.start()
            self.tick()

    def close(self) -> None:
        self._write(self._transcript.end_line())
        self._stop()

    def _stop(self) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None

    def _write(self, spans: list[Span]) -> None:
        """Add `spans` to the line being written, and print what is finished of it."""
        from rich.text import Text

        for span in spans:
            self._tail.append(span.text, style=_STYLES[span.style])
        *whole, self._tail = self._tail.split("\n", allow_blank=True) if self._tail.plain else [Text()]
        if self._tail.cell_len >= self._console.width:
            ends_in_space = self._tail.plain.endswith(" ")
            *more, self._tail = self._tail.wrap(self._console, self._console.width)
            whole.extend(more)
            if ends_in_space:
                self._tail.append(" ")
        if whole:
            with self._console:  # one write: the terminal never shows the state between the two
                self.tick()
                self._console.print(Text("\n").join(whole))
        elif time.monotonic() - self._drawn_at > _REDRAW_SECONDS:
            self.tick()

    def _bottom(self) -> "RenderableType":
        """The line being written, as it is now, and the progress line."""
        from rich.console import Group
        from rich.text import Text

        progress = Text(self._progress.text(), style="dim", no_wrap=True, overflow="ellipsis")
        return Group(self._tail.copy(), progress) if self._tail.plain else progress


def screen_for(*, as_json: bool) -> Screen:
    """The screen that fits stdout and what was asked for."""
    if as_json:
        return JsonScreen()
    import os

    if sys.stdout.isatty() and os.environ.get("TERM", "dumb") != "dumb":
        return LiveScreen()
    return PlainScreen()
