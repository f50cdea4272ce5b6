"""`machine approvals`: what agents ask, and answers to it."""

import json
from typing import Any

import click

from machine.cli.calls import path_of, with_api
from machine.cli.output import (
    USAGE,
    CliError,
    Invocation,
    ListByDefault,
    data_dir_option,
    emit,
    json_option,
    one_line,
)


@click.group(cls=ListByDefault)
def approvals() -> None:
    """See what agents ask, and answer: permissions, plans, questions, budgets that are used up."""


@approvals.command("list")
@data_dir_option
@json_option
@click.pass_obj
def list_(invocation: Invocation, *, data_dir: str | None) -> None:
    """What waits for an answer now."""
    page = _pending(data_dir)
    text = "\n\n".join(_approval_text(approval) for approval in page["items"])
    emit(invocation, page, text or "Nothing waits for an answer.")


@approvals.command()
@click.argument("approval_id")
@click.option("--always", is_flag=True, help="Allow calls of this kind by this agent from now on.")
@click.option("--input", "changed", metavar="JSON", default=None, help="Allow it with this input instead.")
@click.option(
    "--raise-by", "usd", metavar="USD", type=click.FloatRange(0, min_open=True), help="Of a budget: how much more."
)
@data_dir_option
@json_option
@click.pass_obj
def allow(
    invocation: Invocation,
    *,
    approval_id: str,
    always: bool,
    changed: str | None,
    usd: float | None,
    data_dir: str | None,
) -> None:
    """Allow what an agent asks."""
    body: dict[str, Any] = {"decision": "allow"}
    if always:
        body["remember"] = True
    if changed is not None:
        body["input"] = _object(changed)
    if usd is not None:
        body["input"] = {**body.get("input", {}), "raise_by_usd": usd}
    _answer(invocation, approval_id, body, data_dir)


@approvals.command()
@click.argument("approval_id")
@click.option("--reason", default=None, help="Why; the agent reads it.")
@data_dir_option
@json_option
@click.pass_obj
def deny(invocation: Invocation, *, approval_id: str, reason: str | None, data_dir: str | None) -> None:
    """Deny what an agent asks."""
    _answer(invocation, approval_id, {"decision": "deny", **({"reason": reason} if reason else {})}, data_dir)


@approvals.command()
@click.argument("approval_id")
@click.argument("answers", nargs=-1, required=True)
@data_dir_option
@json_option
@click.pass_obj
def answer(invocation: Invocation, *, approval_id: str, answers: tuple[str, ...], data_dir: str | None) -> None:
    """Answer an agent's questions, in their order: a choice's number (several: 1,3) or your own words."""
    from machine.cli.prompts import answers_from

    page = _pending(data_dir)
    asked = next((each for each in page["items"] if each["approval_id"] == approval_id), None)
    if asked is None:
        raise CliError(
            f"No pending question has the id {approval_id}.",
            hint="`machine approvals list` shows what waits.",
            exit_code=USAGE,
            code="not_found",
        )
    try:
        chosen = answers_from(asked, answers)
    except ValueError as error:
        raise CliError(f"{approval_id}: {error}.", hint=_approval_text(asked), exit_code=USAGE, code="usage") from error
    _answer(invocation, approval_id, {"decision": "allow", "answers": chosen}, data_dir)


def _answer(invocation: Invocation, approval_id: str, body: dict[str, Any], data_dir: str | None) -> None:
    answer = with_api(data_dir, lambda api: api.post(path_of("approvals", approval_id), body))
    word = "denied" if body["decision"] == "deny" else "answered" if "answers" in body else "allowed"
    emit(invocation, answer, f"{one_line(approval_id, 60)} {word}")


def _pending(data_dir: str | None) -> Any:
    return with_api(data_dir, lambda api: api.get("/api/approvals", status="pending"))


def _approval_text(approval: dict[str, Any]) -> str:
    from machine.cli.prompts import details, how_to_answer

    head = (approval.get("approval_id"), approval.get("kind"), f"task {approval.get('task_id')}", approval.get("title"))
    lines = [" · ".join(one_line(part, 200) for part in head if part), details(approval)]
    return "\n".join([*lines, f"  → {one_line(how_to_answer(approval), 200)}"])


def _object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError as error:
        raise CliError(f"--input is no JSON: {error}.", exit_code=USAGE, code="usage") from error
    if not isinstance(value, dict):
        raise CliError('--input should be a JSON object, such as {"command": "ls"}.', exit_code=USAGE, code="usage")
    return value
