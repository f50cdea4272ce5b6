"""The only package that knows the Claude Code CLI and its SDK: its processes, options, messages and transcripts."""
