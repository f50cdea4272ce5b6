"""claude-code-agent: turns a computer into a machine that runs Claude Code on demand."""
