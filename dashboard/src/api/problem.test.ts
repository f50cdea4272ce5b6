import { expect, it } from "vitest";
import { isPartGone, problemOf } from "./problem";

const said = (error: unknown) => problemOf(error).message;

it("tells a machine that cannot be reached, in the words of every browser", () => {
  const words = [
    "Failed to fetch",
    "NetworkError when attempting to fetch resource.",
    "Load failed",
    "network error",
  ];
  for (const word of words) expect(said(new TypeError(word))).toBe("The machine cannot be reached.");
});

it("takes no mistake of the page for a machine that cannot be reached", () => {
  const { message, hint } = problemOf(new TypeError("x.map is not a function"));
  expect(message).toBe("This page made a mistake: x.map is not a function");
  expect(hint).toContain("reload");
});

it("says of an answer that did not come in time what to do", () => {
  const { message, hint } = problemOf(new DOMException("signal timed out", "TimeoutError"));
  expect(message).toBe("The machine did not answer in time.");
  expect(hint).toContain("look before you repeat it");
});

it("says of a part that an upgrade has taken away that the page has to be loaded again", () => {
  const gone = [
    "Failed to fetch dynamically imported module: http://a/assets/overlays-1.js",
    "error loading dynamically imported module: http://a/assets/overlays-1.js",
    "Importing a module script failed.",
    "Unable to preload CSS for /assets/pages-1.css",
  ].map((words) => new TypeError(words));
  expect(gone.map(isPartGone)).toEqual([true, true, true, true]);
  for (const error of gone) expect(problemOf(error).hint).toContain("Reload the page");
  expect(isPartGone(new TypeError("Failed to fetch"))).toBe(false);
});
