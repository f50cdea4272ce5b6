"""Figures for Prometheus: what happened since the start is counted, how it is now is asked when somebody looks."""

from machine.metrics.meter import Meter

__all__ = ["Meter"]
