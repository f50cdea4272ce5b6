// @vitest-environment jsdom
import { expect, it } from "vitest";
import { forgetAllKept, keepDraft } from "./draft";

it("leaves nothing of what was written to who signs in next", () => {
  keepDraft("task:a", "secret plans");
  keepDraft("chat:b:files", "plans.txt");
  sessionStorage.setItem("another", "stays");
  forgetAllKept();
  expect(Object.keys(sessionStorage)).toEqual(["another"]);
});
