"""What the scripted model says in these tests, and texts that are hard to show as they are."""

import asyncio

from tests.support.model import ScriptedModel

from machine.demo.replies import ApiError, Reply, Text, Thinking

MARKDOWN = """# A heading & <b>no bold</b>

Tabs\tand  two spaces, a trailing space \nü ẞ 漢字 🙂 e\u0301, `code` and **bold**.

1. one
   - nested
2. two

| a | b |
|---|---|
| 1 | <script>alert(1)</script> |

```python
def f(x):
\treturn "<i>" + x   # keeps its spaces
```

> quoted\r\n\r\n<img src=x onerror=alert(2)> [bad](javascript:alert(3)) ![pic](http://203.0.113.9/p.png)

The end.\n\n"""

COLOURS = r"""awk 'BEGIN {
  printf "\033[31mred\033[0m and \033[1mbold\033[0m  two  spaces\ttab\n"; for (i = 1; i <= 60; i++) print "line " i
}'"""
GREET = """awk 'BEGIN { print "hello there" }'"""
WORDS = " ".join(f"word-{number:03d}" for number in range(1, 61))
QUESTIONS = {
    "questions": [
        {
            "question": "Which colour?",
            "header": "Colour",
            "multiSelect": False,
            "options": [{"label": "Blue", "description": "calm"}, {"label": "Green", "description": "go"}],
        },
        {
            "question": "Which sizes?",
            "header": "Sizes",
            "multiSelect": True,
            "options": [{"label": "S", "description": "small"}, {"label": "L", "description": "large"}],
        },
    ]
}


def slow_words(delay: float = 0.05) -> Reply:
    """Sixty words in three seconds."""
    return Reply.text(WORDS, word_delay_seconds=delay)


def model(held: asyncio.Event) -> ScriptedModel:
    """Plays one part for each word; a text that is `held` stands still after its first word."""
    made = ScriptedModel("All done.")
    made.on("markdown", Reply((Thinking("Let me  think.\nTwo lines."), Text(MARKDOWN))))
    made.on("colours", Reply.tool("Bash", {"command": COLOURS}, say="I want to run it."), "It ran.")
    made.on("greet", Reply.tool("Bash", {"command": GREET, "description": "Greet"}), "Greeted.")
    made.on("question", Reply.tool("AskUserQuestion", QUESTIONS, say="First a question."), "Thank you.")
    made.on("held", Reply((Text(WORDS, hold=held),)))
    made.on("slowly", slow_words())
    made.on("for ever", Reply.text(WORDS, word_delay_seconds=0.5))
    made.on("fail", ApiError(400, "invalid_request_error", "This was asked for."))
    return made
