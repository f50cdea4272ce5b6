"""The base of the small values that travel through the ports."""

from pydantic import BaseModel, ConfigDict


class Value(BaseModel):
    """A frozen value."""

    model_config = ConfigDict(frozen=True)
