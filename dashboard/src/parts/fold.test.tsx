// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, it } from "vitest";
import { Fold, FoldMemory } from "./fold";

afterEach(cleanup);

const fold = (title: string) => (
  <Fold name="first" title={title}>
    {() => title}
  </Fold>
);

it("opens for itself, not for others of its name that come later", () => {
  const { rerender } = render(fold("One"));
  fireEvent.click(screen.getByRole("button"));
  expect(screen.getByRole("button").ariaExpanded).toBe("true");
  rerender(<div>{fold("Another")}</div>);
  expect(screen.getByRole("button").ariaExpanded).toBe("false");
});

it("stays open where its list remembers it", () => {
  const memory = new Map<string, boolean>();
  const { rerender } = render(<FoldMemory value={memory}>{fold("One")}</FoldMemory>);
  fireEvent.click(screen.getByRole("button"));
  rerender(<FoldMemory value={memory}>nothing of it</FoldMemory>);
  rerender(<FoldMemory value={memory}>{fold("One")}</FoldMemory>);
  expect(screen.getByRole("button").ariaExpanded).toBe("true");
});
