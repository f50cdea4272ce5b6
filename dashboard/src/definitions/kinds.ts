import { Bot, CalendarClock, type LucideIcon, Sparkles, Webhook } from "lucide-react";
import type { KindId } from "../domain/definition";

export interface Kind {
  id: KindId;
  path: "/agents" | "/skills" | "/webhooks" | "/schedules";
  Icon: LucideIcon;
  title: string;
  one: string;
  /** What it is, for the page that lists them. */
  about: string;
  /** What there would be to see, for a page that is empty. */
  teaches: string;
  /** What an upload may hold. */
  uploads: string;
  /** A wish that one could be described with. */
  wish: string;
  /** What switching one off and on is called. */
  switches: readonly [off: string, on: string];
}

export const KINDS: Readonly<Record<KindId, Kind>> = {
  agents: {
    id: "agents",
    path: "/agents",
    Icon: Bot,
    title: "Agents",
    one: "agent",
    about:
      "Who does the work: instructions, and what may be done with them. Each task is given to one of them.",
    teaches:
      "An agent is a folder with a CLAUDE.md that says what to do, and an agent.yaml that says with what.",
    wish: "Reviews pull requests for mistakes in how errors are handled. It only reads, and says what it would change.",
    uploads:
      "A folder with agent.yaml and CLAUDE.md, a zip or tar of it, or one Claude Code agent file (.md).",
    switches: ["Disable", "Enable"],
  },
  skills: {
    id: "skills",
    path: "/skills",
    Icon: Sparkles,
    title: "Skills",
    one: "skill",
    about: "How one kind of work is done. An agent reads a skill when a task needs it.",
    teaches:
      "A skill is a folder with a SKILL.md, by the Agent Skills standard, with scripts and papers beside it.",
    wish: "How release notes are written here: from the commits since the last tag, in three groups, for users.",
    uploads: "A folder with a SKILL.md, a zip or tar of it, or the SKILL.md alone.",
    switches: ["Disable", "Enable"],
  },
  webhooks: {
    id: "webhooks",
    path: "/webhooks",
    Icon: Webhook,
    title: "Webhooks",
    one: "webhook",
    about:
      "What happens elsewhere, and what the machine does about it: GitHub, GitLab, Jira, Slack and others.",
    teaches:
      "A webhook is an address that another system sends its events to. Its triggers say which of them start a task, with which agent, and for whom.",
    wish: "When somebody opens a merge request on GitLab, the agent code-review looks at it.",
    uploads: "One YAML file, alone or in a folder, a zip or a tar.",
    switches: ["Disable", "Enable"],
  },
  schedules: {
    id: "schedules",
    path: "/schedules",
    Icon: CalendarClock,
    title: "Schedules",
    one: "schedule",
    about: "Work that begins by itself at set times.",
    teaches:
      "A schedule says when, in the five fields of cron and a time zone, and what should be done then.",
    wish: "Every weekday at nine, say what is open.",
    uploads: "One YAML file, alone or in a folder, a zip or a tar.",
    switches: ["Pause", "Resume"],
  },
};
