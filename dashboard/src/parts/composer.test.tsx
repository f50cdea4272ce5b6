// @vitest-environment jsdom
import { act, fireEvent, render, screen } from "@testing-library/react";
import { beforeEach, expect, it } from "vitest";
import { Composer } from "./composer";

Object.assign(window, { matchMedia: () => ({ matches: false }) });

let arrived: () => void = () => undefined;
const send = () => new Promise<void>((resolve) => (arrived = resolve));
const box = () => screen.getByRole<HTMLTextAreaElement>("textbox");
const write = (value: string) => fireEvent.change(box(), { target: { value } });

beforeEach(() => {
  sessionStorage.clear();
  document.body.replaceChildren();
  render(<Composer draft="a" label="Message" placeholder="" sendLabel="Send" send={send} />);
});

it("keeps what was written while a message was on its way", async () => {
  write("First.");
  fireEvent.submit(box());
  write("First. And then");
  await act(async () => arrived());
  expect(box().value).toBe("And then");
  expect(sessionStorage.getItem("draft:a")).toBe('"And then"');
});

it("leaves another text alone that took the place of what was sent", async () => {
  write("First.");
  fireEvent.submit(box());
  write("Second.");
  await act(async () => arrived());
  expect(box().value).toBe("Second.");
});

it("is empty after what stood there was sent", async () => {
  write("First.");
  fireEvent.submit(box());
  await act(async () => arrived());
  expect([box().value, sessionStorage.getItem("draft:a")]).toEqual(["", null]);
});
