import { expect, it } from "vitest";
import { hasWorked, type Progress, stepsOf } from "./steps";

const fresh: Progress = { hasPassword: false, skippedPassword: false, auth: "needs_login", tasks: 0 };
const worked = (more: Partial<Progress>) => hasWorked(stepsOf({ ...fresh, ...more }));

it("once a task was given to a machine that is logged in, a password is all that can be left", () => {
  expect(worked({ auth: "ready", tasks: 1 })).toBe(true);
  expect(worked({ auth: "ready", hasPassword: true })).toBe(false);
  expect(worked({ tasks: 3, hasPassword: true })).toBe(false);
});
