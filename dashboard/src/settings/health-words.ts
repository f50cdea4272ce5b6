import type { Finding } from "../api/health";
import type { MachineWarning } from "../api/machine";

/** A line of the report; `link` leads to what it is about. */
export interface Seen extends Finding {
  link?: string;
}

const ORDER = { problem: 0, warning: 1, ok: 2 };

/** What is in the way first, then what the machine warns of, then what is well; else in the order of the checks. */
export function inOrder(checks: readonly Finding[], warnings: readonly MachineWarning[]): Seen[] {
  // Some of it both know.
  const others = warnings.filter(({ message }) => !checks.some(({ text }) => text === message));
  const seen: Seen[] = others.map(({ message, hint, about }) => {
    const [kind = "", name] = (about ?? "").split("/");
    return name
      ? { check: `${kind} ${name}`, level: "warning", text: message, hint, link: `/${kind}s/${name}` }
      : { check: "machine", level: "warning", text: message, hint };
  });
  return [...checks, ...seen].sort((a, b) => ORDER[a.level] - ORDER[b.level]);
}

/** How it is, in a sentence. */
export function summary(checks: readonly Finding[]): string {
  const problems = checks.filter(({ level }) => level === "problem").length;
  if (problems > 0)
    return problems === 1 ? "One problem is in the way." : `${problems} problems are in the way.`;
  const warnings = checks.filter(({ level }) => level === "warning").length;
  if (warnings === 0) return "All is well.";
  return warnings === 1 ? "Ready to work, with one warning." : `Ready to work, with ${warnings} warnings.`;
}
