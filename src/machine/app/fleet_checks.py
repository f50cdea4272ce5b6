"""What `machine doctor --fleet` says of the machines that share a database: what differs that should be the same, what
is not there, and how to mend it. Looks at nothing but what the machines have said of themselves."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from machine.domain.finding import Finding
from machine.domain.machine import Machine, MachineRole, MachineState, TasksThere

APART_SECONDS: Final = 2.0
"""How far clocks may be apart."""
MAX_NAMES: Final = 10

Machines = Sequence[Machine]
Tasks = Mapping[str, TasksThere]


def fleet(machines: Machines, tasks: Tasks, now: datetime) -> Iterator[Finding]:
    """All findings; `now` is the database's time."""
    present = [one for one in machines if one.present]
    if not present:
        hint = "Start them: `machine serve` with this DATABASE_URL and a MACHINE_ID of its own on each."
        yield Finding("machines", "problem", "no machine of this database is at work", hint)
    else:
        yield from _at_work(present)
    yield from _lost(machines, tasks)
    yield from _late(present, now)
    yield from _silent(present)
    yield from _versions(present)
    for look in (_schemas, _claude, _clocks, _leases, _redis, _shared, _keys):
        yield from look([one for one in present if one.facts.schema_revision is not None])


def _at_work(present: Machines) -> Iterator[Finding]:
    draining = [one for one in present if one.state is MachineState.DRAINING]
    said = ", ".join(f"{one.machine_id} ({one.role})" for one in present[:MAX_NAMES])
    yield Finding("machines", "ok", f"{len(present)} at work: {said}{' …' if len(present) > MAX_NAMES else ''}")
    if draining:
        hint = "`machine machines resume ID` lets one take tasks again."
        yield Finding("machines", "warning", f"{_names(draining)} {_is(draining)} drained: no new tasks there", hint)
    if not any(one.takes_tasks for one in present):
        hint = "Start a worker, or resume one that is drained."
        yield Finding("machines", "problem", "no machine that runs tasks is ready", hint)
    if all(one.role is MachineRole.WORKER for one in present):
        hint = "Start one with MACHINE_ROLE=web, or all."
        yield Finding("machines", "problem", "no machine takes requests: all are workers", hint)


def _lost(machines: Machines, tasks: Tasks) -> Iterator[Finding]:
    for one in machines:
        if one.state is MachineState.LOST:
            waiting = tasks.get(one.machine_id, TasksThere()).waiting
            waits = f"; {waiting} of its tasks wait for a person" if waiting else ""
            yield Finding(
                "machines",
                "warning",
                f"{one.machine_id} was lost, it was last heard of at {one.seen_at:%Y-%m-%d %H:%M:%S} UTC{waits}",
                "Look at its log and its network. Its tasks went on elsewhere; it is taken back when it starts again.",
            )


def _late(present: Machines, now: datetime) -> Iterator[Finding]:
    """Nobody is left who could declare them lost, or the last ones have no good line to the database."""
    late = [one for one in present if one.lease_until + timedelta(seconds=1) < now]
    if late:
        yield Finding(
            "machines",
            "problem",
            f"{_names(late)} {_is(late)} not heard of any more, and no worker has taken over",
            "Look at their logs, and start a worker: it takes over what they had.",
        )


def _silent(present: Machines) -> Iterator[Finding]:
    silent = [one for one in present if one.facts.schema_revision is None]
    if silent:
        hint = "Their program is older than this one. Bring them to the same version."
        yield Finding("machines", "warning", f"{_names(silent)} {_say(silent)} nothing of what is compared here", hint)


def _versions(present: Machines) -> Iterator[Finding]:
    return _alike(
        "version",
        _by(present, lambda one: one.version),
        hint="Bring all to the same version. Side by side they work only as long as an upgrade takes.",
    )


def _schemas(said: Machines) -> Iterator[Finding]:
    return _alike(
        "schema",
        _by(said, lambda one: one.facts.schema_revision),
        hint="They know different forms of the database: bring all to the newest version.",
    )


def _claude(said: Machines) -> Iterator[Finding]:
    workers = [one for one in said if one.role is not MachineRole.WEB]
    missing = [one for one in workers if one.facts.cli_version is None]
    if missing:
        hint = "`machine doctor` on them says why. Just after the start it may not have been looked at yet."
        yield Finding("claude", "warning", f"no Claude Code is known of {_names(missing)}", hint)
    yield from _alike(
        "claude",
        _by(workers, lambda one: one.facts.cli_version),
        hint="A conversation that moves is read by another version: install the same one everywhere (CLAUDE_CLI_PATH).",
    )


def _clocks(said: Machines) -> Iterator[Finding]:
    known = {one.machine_id: one.clock_offset_seconds for one in said if one.clock_offset_seconds is not None}
    if not known:
        return
    apart = max(0.0, *known.values()) - min(0.0, *known.values())  # the database's own clock is one of them
    if apart <= APART_SECONDS:
        yield Finding("clocks", "ok", f"at most {apart:.1f} s apart, the database's included")
        return
    off = [f"{name} {offset:+.1f} s" for name, offset in known.items() if abs(offset) > APART_SECONDS / 2]
    yield Finding(
        "clocks",
        "warning",
        f"{apart:.1f} s apart; against the database's: {', '.join(off[:MAX_NAMES])}",
        "Set them by NTP (timedatectl). Leases go by the database's clock; times in pages and schedules do not.",
    )


def _leases(said: Machines) -> Iterator[Finding]:
    return _alike(
        "lease",
        _by(said, lambda one: f"{one.facts.lease_seconds:g} s"),
        hint="Give all the same MACHINE_LEASE_SECONDS.",
    )


def _redis(said: Machines) -> Iterator[Finding]:
    away = [one for one in said if one.facts.redis == "away"]
    unset = [one for one in said if one.facts.redis == "unset"]
    if away:
        hint = "Check REDIS_URL and the network there. Until then everything works, up to two seconds later."
        yield Finding("redis", "warning", f"{_names(away)} cannot reach Redis", hint)
    if unset and len(unset) < len(said):
        hint = "Give all the same REDIS_URL: what happens there is seen elsewhere up to two seconds later."
        yield Finding("redis", "warning", f"{_names(unset)} {_has(unset)} no REDIS_URL, others have one", hint)
    if said and not away and not (unset and len(unset) < len(said)):
        text = "not used by any: wake-ups and events take up to two seconds" if unset else "reached by all"
        yield Finding("redis", "ok", text)


def _shared(said: Machines) -> Iterator[Finding]:
    """Web processes have no workspaces."""
    workers = [one for one in said if one.role is not MachineRole.WEB]
    unset = [one for one in workers if one.facts.shared_dir == "unset"]
    unusable = [one for one in workers if one.facts.shared_dir == "unusable"]
    if unusable:
        hint = "Mount it there, for the machine's user to write, or take MACHINE_SHARED_DIR away."
        yield Finding("shared folder", "problem", f"{_names(unusable)} cannot use MACHINE_SHARED_DIR", hint)
    if unset and len(unset) < len(workers):
        hint = "Conversations of these machines cannot go on elsewhere: give all the same folder."
        yield Finding("shared folder", "warning", f"{_names(unset)} {_has(unset)} no MACHINE_SHARED_DIR", hint)
    places = _by(workers, lambda one: one.facts.shared_mark or None)
    if len(places) > 1:
        groups = "; ".join(_names(group) for group in places.values())
        hint = "MACHINE_SHARED_DIR has to be one folder that all see: is it mounted everywhere?"
        yield Finding("shared folder", "problem", f"it is not the same folder on all: {groups}", hint)
    elif workers and not unusable and not (unset and len(unset) < len(workers)):
        text = "not used: conversations stay on their machine" if unset else "the same on all that run tasks"
        yield Finding("shared folder", "ok", text)


def _keys(said: Machines) -> Iterator[Finding]:
    """What one seals with its newest key the others have to be able to open."""
    unread = [one for one in said if one.facts.keys is None]
    known = [one for one in said if one.facts.keys is not None]
    if unread:
        hint = "`machine doctor` on them says what is wrong; just after the start it may not have been looked at yet."
        yield Finding("keys", "warning", f"no key is known of {_names(unread)}", hint)
    lacking = [one for one in known if not _newest(known).issubset(one.facts.keys or ())]
    common = set.intersection(*(set(one.facts.keys or ()) for one in known)) if known else set()
    if lacking and common:
        yield Finding(
            "keys",
            "warning",
            f"{_names(lacking)} {_has(lacking)} not the newest key of the others: until then an older one seals",
            "Give them that key as well (MACHINE_SECRET_KEY, the keys with commas between), and start them anew.",
        )
    elif lacking:
        groups = "; ".join(_names(group) for group in _by(known, lambda one: ",".join(one.facts.keys or ())).values())
        yield Finding(
            "keys",
            "problem",
            f"MACHINE_SECRET_KEY is not the same on all: {groups}",
            "Give all the same key: variables and secrets that one of them seals cannot be opened by the others.",
        )
    elif known:
        yield Finding("keys", "ok", "every machine can open what the others seal")


def _newest(known: Machines) -> set[str]:
    return {one.facts.keys[0] for one in known if one.facts.keys}


# --- words ----------------------------------------------------------------------------------------------------------


def _by(machines: Machines, what: Callable[[Machine], str | None]) -> dict[str, list[Machine]]:
    """The machines by what they say; those that do not say are left out."""
    found: dict[str, list[Machine]] = {}
    for one in machines:
        if (value := what(one)) is not None:
            found.setdefault(value, []).append(one)
    return found


def _alike(check: str, groups: Mapping[str, Machines], *, hint: str) -> Iterator[Finding]:
    if len(groups) == 1:
        yield Finding(check, "ok", f"{next(iter(groups))} on all")
    elif groups:
        text = "; ".join(f"{value} on {_names(machines)}" for value, machines in groups.items())
        yield Finding(check, "warning", text, hint)


def _names(machines: Machines) -> str:
    names = [one.machine_id for one in machines[:MAX_NAMES]]
    return f"{', '.join(names)}{f' and {len(machines) - MAX_NAMES} more' if len(machines) > MAX_NAMES else ''}"


def _is(machines: Machines) -> str:
    return "is" if len(machines) == 1 else "are"


def _has(machines: Machines) -> str:
    return "has" if len(machines) == 1 else "have"


def _say(machines: Machines) -> str:
    return "says" if len(machines) == 1 else "say"
