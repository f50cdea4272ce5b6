"""Print the API's OpenAPI document as JSON, without starting anything.

The dashboard's types are made from it: `npm --prefix dashboard run types`.
"""

import json
import sys
from types import SimpleNamespace
from typing import Any, cast

from machine.api import ApiState, create_api
from machine.settings import Settings


def document() -> dict[str, Any]:
    """The document as `/openapi.json` gives it. The version is left out: a new one changes no type."""
    state = cast(ApiState, SimpleNamespace(settings=Settings(), version="0"))
    return create_api(state).openapi()


if __name__ == "__main__":
    json.dump(document(), sys.stdout, indent=1, sort_keys=True)
