// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, fireEvent, render, screen } from "@testing-library/react";
import { beforeEach, expect, it } from "vitest";
import { ApiError } from "../api/problem";
import { keys } from "../live/cache";
import { KINDS } from "./kinds";
import { OwnerGone } from "./owner-gone";

const GONE = "Its owner is disabled, so it starts nothing.";
const client = new QueryClient();

function open(problem: string, takeOver: (name: string) => Promise<unknown>) {
  return render(
    <QueryClientProvider client={client}>
      <OwnerGone kind={KINDS.schedules} item={{ name: "nightly", problem }} takeOver={takeOver} />
    </QueryClientProvider>,
  );
}

beforeEach(() => document.body.replaceChildren());

it("says why a schedule starts nothing, and makes it the reader's own", async () => {
  client.setQueryData(keys.definition("schedules", "nightly"), {});
  const taken: string[] = [];
  open(GONE, async (name) => taken.push(name));
  expect(screen.getByText(GONE)).toBeTruthy();
  await act(async () => fireEvent.click(screen.getByText("Take it over")));
  expect(taken).toEqual(["nightly"]);
  expect(client.getQueryState(keys.definition("schedules", "nightly"))?.isInvalidated).toBe(true);
});

it("says why it was not taken over", async () => {
  open(GONE, () => Promise.reject(new ApiError(403, "forbidden", "Only administrators may.", "")));
  await act(async () => fireEvent.click(screen.getByText("Take it over")));
  expect(screen.getByRole("alert").textContent).toContain("Only administrators may.");
});

it("is silent while the owner may start tasks", () => {
  expect(open("", () => Promise.resolve()).container.textContent).toBe("");
});
