"""What the measurements share: figures, a daemon as a process of its own, programs in place of the CLI."""
