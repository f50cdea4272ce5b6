// @vitest-environment jsdom
import { act, fireEvent, render, screen } from "@testing-library/react";
import { beforeEach, expect, it } from "vitest";
import { CopyButton } from "./copy";

// jsdom has no clipboard, as a browser has none on plain http.
let selected: string[] = [];
const lets = (allowed: boolean) =>
  Object.assign(document, {
    execCommand: () => {
      const area = document.activeElement as HTMLTextAreaElement;
      selected.push(`${area.closest("dialog") ? "dialog" : "page"}: ${area.value}`);
      return allowed;
    },
  });

beforeEach(() => {
  document.body.replaceChildren();
  selected = [];
});

it("copies without a clipboard, from inside the dialog that is open", async () => {
  lets(true);
  render(
    <dialog open>
      <CopyButton text="a secret" label="Copy it" />
    </dialog>,
  );
  await act(async () => fireEvent.click(screen.getByLabelText("Copy it")));
  expect(selected).toEqual(["dialog: a secret"]);
  expect(screen.getByLabelText("Copied")).toBeTruthy();
  expect(document.querySelector("textarea")).toBeNull();
});

it("says that it was not copied", async () => {
  lets(false);
  render(<CopyButton text="a text" />);
  await act(async () => fireEvent.click(screen.getByLabelText("Copy")));
  expect(selected).toEqual(["page: a text"]);
  expect(screen.getByLabelText(/^Not copied: select/)).toBeTruthy();
});
