import type { Status } from "../api/machine";

export interface Progress {
  hasPassword: boolean;
  skippedPassword: boolean;
  auth: Status["auth"]["state"];
  tasks: number;
}

export interface Step {
  name: string;
  done: boolean;
}

const WORKS: readonly Status["auth"]["state"][] = ["ready", "expires_soon", "quota", "demo"];

/** The three steps from a fresh machine to one that works, and how far somebody is. */
export function stepsOf({ hasPassword, skippedPassword, auth, tasks }: Progress): [Step, Step, Step] {
  const demo = auth === "demo";
  return [
    {
      name: hasPassword || !skippedPassword ? "Set your password" : "Come in by link, without a password",
      done: hasPassword || skippedPassword,
    },
    { name: demo ? "Use the demo model, which needs no login" : "Log Claude in", done: WORKS.includes(auth) },
    { name: "Give it a first task", done: tasks > 0 },
  ];
}

/** Whether the machine has worked for somebody: what is left then can wait. */
export function hasWorked([, login, task]: readonly [Step, Step, Step]): boolean {
  return login.done && task.done;
}

const KEY = "first-steps";

/** Whether somebody put all of it, or its first step, away in this browser. */
export function isHidden(what: "all" | "password"): boolean {
  try {
    return localStorage.getItem(`${KEY}:${what}`) !== null;
  } catch {
    return false;
  }
}

export function hide(what: "all" | "password"): void {
  try {
    localStorage.setItem(`${KEY}:${what}`, "hidden");
  } catch (error) {
    console.warn("This browser does not remember that the first steps are put away.", error);
  }
}
