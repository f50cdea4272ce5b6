// @vitest-environment jsdom
import { expect, it } from "vitest";
import { behindMore, inBar } from "./nav";

it("a narrow screen has every page either in its bar or behind More, and never twice", () => {
  const behind = behindMore(true).map(({ to }) => to);
  expect(behind).toEqual([
    "/agents",
    "/skills",
    "/webhooks",
    "/schedules",
    "/costs",
    "/machines",
    "/settings",
  ]);
  expect(behindMore(false).map(({ to }) => to)).not.toContain("/machines");
});

it("a page shows in the bar where it belongs to", () => {
  expect(["/", "/chat/conv_1", "/tasks", "/tasks/task_1"].map(inBar)).toEqual([
    "/",
    "/chat",
    "/tasks",
    "/tasks",
  ]);
  expect(["/more", "/settings/login", "/agents/brain", "/chatter"].map(inBar)).toEqual(
    Array(4).fill("/more"),
  );
});
