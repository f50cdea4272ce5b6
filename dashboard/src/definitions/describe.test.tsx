// @vitest-environment jsdom
import { fireEvent, render, screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { LiveProvider } from "../live/hooks";
import type { Live } from "../live/live";
import { DescribeForm } from "./describe";
import { KINDS } from "./kinds";
import { skillSpec } from "./skill-spec";

const live = { feed: { listen: () => () => undefined } } as unknown as Live;

function open() {
  return render(
    <LiveProvider value={live}>
      <DescribeForm
        kind={KINDS.skills}
        api={{ describe: () => Promise.reject(new Error("not asked")) }}
        spec={skillSpec}
        saved={() => undefined}
      />
    </LiveProvider>,
  );
}

it("still knows the wish that somebody wrote before they looked at another page", () => {
  const { unmount } = open();
  fireEvent.change(screen.getByRole("textbox"), { target: { value: "How notes are written here" } });
  unmount();
  open();
  expect(screen.getByRole<HTMLTextAreaElement>("textbox").value).toBe("How notes are written here");
});
