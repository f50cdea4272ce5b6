"""Who comes in, and who manages them."""

from dataclasses import dataclass

from machine.auth.accounts import Accounts
from machine.auth.attempts import PasswordAttempts
from machine.auth.passwords import Passwords
from machine.auth.people import Authenticator
from machine.auth.sign_in import SignIn
from machine.domain.clock import Clock
from machine.ports import PeopleStore


@dataclass(frozen=True)
class PeopleRoom:
    """They share what they count and what they keep busy."""

    authenticator: Authenticator
    accounts: Accounts
    sign_in: SignIn


def build_people(people: PeopleStore, clock: Clock) -> PeopleRoom:
    """Join them over one store."""
    authenticator = Authenticator(people, clock)
    passwords, attempts = Passwords(), PasswordAttempts(clock)
    return PeopleRoom(
        authenticator=authenticator,
        accounts=Accounts(people, authenticator, passwords=passwords, attempts=attempts, clock=clock),
        sign_in=SignIn(people, authenticator, passwords=passwords, attempts=attempts, clock=clock),
    )
