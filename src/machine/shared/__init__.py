"""The folder that all machines share: what conversations take along from one to another."""

from machine.shared.folder import SharedFiles

__all__ = ["SharedFiles"]
