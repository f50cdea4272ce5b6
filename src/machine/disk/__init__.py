"""The data folder as files: how much room they take, and removing those of conversations that are over."""

from machine.disk.folders import DataFolders

__all__ = ["DataFolders"]
