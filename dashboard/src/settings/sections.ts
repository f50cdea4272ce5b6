import {
  Bell,
  Bot,
  HardDrive,
  HeartPulse,
  KeyRound,
  type LucideIcon,
  Palette,
  ScrollText,
  UserRound,
  UsersRound,
  Variable,
  Wallet,
} from "lucide-react";

/** A page of settings, at `/settings/<id>`. */
export interface SettingsSection {
  id: string;
  name: string;
  /** What it is for, in a sentence. */
  about: string;
  Icon: LucideIcon;
  /** Others are told so, and see nothing of it. */
  administrators: boolean;
}

const section = (
  id: string,
  name: string,
  Icon: LucideIcon,
  about: string,
  administrators = true,
): SettingsSection => ({ id, name, about, Icon, administrators });

/** In the order in which they are offered everywhere. */
export const SECTIONS = [
  section("login", "Claude’s login", Bot, "Whether Claude Code can work here, and how it logs in.", false),
  section("variables", "Variables", Variable, "Tokens and other secrets for agents and webhooks."),
  section("people", "People", UsersRound, "Who may come in, what each of them may do, and invitations."),
  section("tokens", "Tokens", KeyRound, "For programs that talk to this machine.", false),
  section(
    "logins",
    "You and your logins",
    UserRound,
    "Your name, your password, and where you are signed in.",
    false,
  ),
  section("appearance", "Appearance", Palette, "Light or dark.", false),
  section("notifications", "Notifications", Bell, "When a task ends, or waits for an answer.", false),
  section("budgets", "Budgets", Wallet, "What a day of work may cost, and what waits for tomorrow."),
  section(
    "storage",
    "Disk and backup",
    HardDrive,
    "What takes the room, what goes by itself, and what is saved.",
  ),
  section("audit", "Audit log", ScrollText, "Who did what, when, and from where."),
  section("health", "Health", HeartPulse, "What may be in the way of working on this computer."),
] as const;

export function sectionsFor(isAdministrator: boolean): SettingsSection[] {
  return SECTIONS.filter(({ administrators }) => isAdministrator || !administrators);
}

export function sectionOf(id: string): SettingsSection | undefined {
  return SECTIONS.find((one) => one.id === id);
}
