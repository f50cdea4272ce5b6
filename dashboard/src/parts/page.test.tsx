// @vitest-environment jsdom
import { render } from "@testing-library/react";
import { expect, it } from "vitest";
import { TitleMark, useTitle } from "./page";

function Titled({ title }: { title?: string }) {
  useTitle(title);
  return null;
}

it("the window is called by its page, after how much waits for an answer", () => {
  const page = (waiting: number, title?: string) => (
    <TitleMark value={waiting}>
      <Titled {...(title && { title })} />
    </TitleMark>
  );
  const { rerender, unmount } = render(page(0, "Tasks"));
  expect(document.title).toBe("Tasks · Machine");
  rerender(page(2, "Tasks"));
  expect(document.title).toBe("(2) Tasks · Machine");
  rerender(page(2));
  expect(document.title).toBe("(2) Machine");
  unmount();
  expect(document.title).toBe("Machine");
});
