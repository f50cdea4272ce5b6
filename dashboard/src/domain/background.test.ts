import { describe, expect, it } from "vitest";
import { backgroundNews, reportIn } from "./background";

// As Claude Code 2.1.330 words it.
const HAND_BACK = `  <tools-used-before-summary>Bash</tools-used-before-summary>
  
[Subagent hand-back] The text below is the final report of a subagent. The report follows:
  # Found
  
  - one
agentId: adb1 (use SendMessage with to: 'adb1' to continue this agent)
<usage>subagent_tokens: 15791
tool_uses: 1
duration_ms: 485</usage>`;

describe("what a sub-agent reported", () => {
  it("is its words alone", () => {
    expect(reportIn(HAND_BACK)).toBe("# Found\n\n- one");
    expect(reportIn("Found it.\nagentId: a1 (for resuming)\n<usage>total_tokens: 5</usage>")).toBe(
      "Found it.",
    );
    expect(reportIn("Just words.")).toBe("Just words.");
  });
});

describe("work in the background", () => {
  const news = (name: string, data: Record<string, unknown>) =>
    backgroundNews(name, { tool_use_id: "a", ...data });

  it("begins and ends by what the program notes of the call", () => {
    expect(news("task_started", { is_backgrounded: true })?.background.state).toBe("running");
    expect(news("task_started", { is_backgrounded: false })).toBeNull();
    const end = { status: "completed", summary: "Done.", summary_is_report: true };
    expect(news("task_notification", end)).toEqual({
      toolUseId: "a",
      background: { state: "completed", report: "Done." },
    });
    expect(news("task_notification", { status: "stopped", summary: "Sleep" })?.background).toEqual({
      state: "stopped",
      report: "",
    });
    expect(news("task_progress", {})).toBeNull();
    expect(backgroundNews("task_started", { is_backgrounded: true })).toBeNull();
    expect(backgroundNews("status", null)).toBeNull();
  });
});
