"""`machine backup` and `machine restore`: everything that cannot be had again, in one file and back."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from machine.cli.output import LEFT, USAGE, CliError, Invocation, data_dir_option, emit, json_option

if TYPE_CHECKING:
    from pydantic import SecretStr

    from machine.settings import Settings

_MIN_PASSPHRASE: Final = 8
_FILE = click.Path(exists=False, dir_okay=False, path_type=Path)

_passphrase_file = click.option(
    "--passphrase-file",
    metavar="F",
    type=_FILE,
    default=None,
    help="A file with the passphrase (default: MACHINE_BACKUP_PASSPHRASE[_FILE], else you are asked).",
)


@click.command()
@click.option("-o", "--output", metavar="F", type=_FILE, default=None, help="Where to (default: backups/ of the data).")
@click.option("--encrypt", is_flag=True, help="With a passphrase: who has the file needs it, too.")
@_passphrase_file
@click.option("--with-workspaces", is_flag=True, help="The folders in which tasks work, too. They can be large.")
@data_dir_option
@json_option
@click.pass_obj
def backup(
    invocation: Invocation,
    *,
    output: Path | None,
    encrypt: bool,
    passphrase_file: Path | None,
    with_workspaces: bool,
    data_dir: str | None,
) -> None:
    """Save the machine in one file; the daemon may run meanwhile.

    In it: database (not one on PostgreSQL), definitions, variables, Claude's login and conversations, the secret key.
    Not in it: copies of repositories, which are fetched again, and keys that the machine gets from its environment. Who
    has the file has all secrets of the machine, unless it is encrypted.
    """
    from datetime import UTC, datetime

    from machine.app.backups import database_words, file_name, make_backup

    settings = _settings(data_dir)
    secret = _new_passphrase(settings, passphrase_file) if encrypt or passphrase_file else None
    path = output or settings.backups_dir / file_name(settings, datetime.now(UTC))
    made = make_backup(settings, path, passphrase=secret, with_work=with_workspaces)
    answer = {"file": str(made.path), "files": made.files, "bytes": made.size, "encrypted": secret is not None}
    said = "encrypted" if secret else "NOT encrypted: keep it as you would keep its passwords"
    text = f"{made.path}\n{made.files} files, {made.size / 1024**2:.1f} MB, {said}"
    words = database_words(settings)
    emit(invocation, {**answer, "database": not words}, f"{text}\n{words}".rstrip())


@click.command()
@click.argument("file", type=_FILE)
@_passphrase_file
@click.option("--check", is_flag=True, help="Only read it and say whether it could be restored.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@data_dir_option
@json_option
@click.pass_obj
def restore(
    invocation: Invocation, *, file: Path, passphrase_file: Path | None, check: bool, yes: bool, data_dir: str | None
) -> None:
    """Put the backup FILE in the place of the data folder's content; the daemon must not run.

    All of FILE is checked before anything is touched, and what was there is kept in a folder aside.
    """
    from machine.app.backups import check_backup, database_words, restore_backup
    from machine.backup.reading import needs_passphrase

    settings = _settings(data_dir)
    secret = _passphrase(settings, passphrase_file) if needs_passphrase(file) else None
    if check:
        head = check_backup(file, passphrase=secret)
        whole = f"{file} is whole: made {head.made_at:%Y-%m-%d %H:%M} UTC by {head.program}"
        emit(invocation, _told(head), f"{whole}\n{database_words(settings, head)}".rstrip())
        return
    if settings.database_file.exists() and not yes:
        _confirm(f"Replace what is in {settings.data_dir}? It is kept aside.")
    done = restore_backup(settings, file, passphrase=secret)
    aside = f"\nWhat was there before is in {done.aside}" if done.aside else ""
    made = f"{done.head.made_at:%Y-%m-%d %H:%M} UTC"
    text = f"{settings.data_dir} is as it was {made}. Start it with: machine serve{aside}"
    text = f"{text}\n{database_words(settings, done.head)}".rstrip()
    emit(invocation, {**_told(done.head), "aside": done.aside and str(done.aside)}, text)


def _told(head: Any) -> dict[str, Any]:
    return dict(head.model_dump(mode="json"))


def _settings(data_dir: str | None) -> "Settings":
    from machine.cli.config import read_checked_settings

    return read_checked_settings(os.environ, data_dir=data_dir)


def _confirm(question: str) -> None:
    if not sys.stdin.isatty():
        raise CliError(
            "There is data in that folder.", hint="Say --yes to replace it: it is kept aside.", exit_code=USAGE
        )
    if not click.confirm(question, err=True):
        raise CliError("Nothing was changed.", exit_code=LEFT, code="left")


def _new_passphrase(settings: "Settings", file: Path | None) -> "SecretStr":
    secret = _passphrase(settings, file, confirm=True)
    if len(secret.get_secret_value()) < _MIN_PASSPHRASE:
        raise CliError(
            f"The passphrase is shorter than {_MIN_PASSPHRASE} characters.", exit_code=USAGE, code="passphrase"
        )
    return secret


def _passphrase(settings: "Settings", file: Path | None, *, confirm: bool = False) -> "SecretStr":
    """From the file, the settings, or the terminal; never from the command line, which others can see."""
    from pydantic import SecretStr

    if file is not None:
        try:
            return SecretStr(file.read_text(encoding="utf-8").strip())
        except (OSError, ValueError) as error:
            raise CliError(f"The passphrase in {file} cannot be read: {error}.", exit_code=USAGE) from error
    if settings.backup_passphrase is not None:
        return settings.backup_passphrase
    if not sys.stdin.isatty():
        raise CliError(
            "The backup needs a passphrase, and there is no terminal to ask at.",
            hint="Give --passphrase-file, or set MACHINE_BACKUP_PASSPHRASE_FILE.",
            exit_code=USAGE,
            code="passphrase",
        )
    return SecretStr(click.prompt("Passphrase", hide_input=True, confirmation_prompt=confirm, err=True))
