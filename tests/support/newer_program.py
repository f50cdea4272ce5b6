"""`python -m tests.support.newer_program …`: this program as its next release may be, with one revision more.

Run beside the real one it is what a fleet meets in a rolling upgrade.
"""

import sys
from pathlib import Path
from typing import Final

NEXT_VERSION: Final = "0.2.0"
NEXT_REVISION: Final = "9001"


def become_newer() -> None:
    """Before anything else of the program is imported."""
    from machine.domain import version

    version.VERSION = NEXT_VERSION

    from alembic import config

    from machine.store import opening

    class WithOneMore(config.Config):
        """Looks for revisions here, too."""

        def set_main_option(self, name: str, value: str) -> None:
            super().set_main_option(name, value)
            if name == "script_location":
                more = Path(__file__).parent / "next_revision"
                known = Path(opening.__file__).parent / "migrations" / "versions"
                super().set_main_option("path_separator", "newline")
                super().set_main_option("version_locations", f"{known}\n{more}")

    opening.REVISIONS = (*opening.REVISIONS, NEXT_REVISION)  # type: ignore[misc,assignment]  # final but in a newer one
    config.Config = WithOneMore  # type: ignore[misc]  # `opening` looks it up there


if __name__ == "__main__":
    become_newer()
    from machine.cli import main

    sys.exit(main())
