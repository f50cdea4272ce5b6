// @vitest-environment jsdom
import { QueryClientProvider } from "@tanstack/react-query";
import { act, fireEvent, render, screen } from "@testing-library/react";
import { useState } from "react";
import { beforeEach, describe, expect, it } from "vitest";
import type { CodeSource } from "../domain/code";
import type { FieldFault } from "../domain/definition";
import { keys } from "../live/cache";
import { LiveProvider } from "../live/hooks";
import { createLive } from "../live/live";
import { agentForm, agentSpec } from "./agent-spec";
import { CodeFold } from "./code-fold";

const SHOP: CodeSource = { repository: "https://git.example.com/team/shop.git", ref: "main" };
const FORM = { ...agentSpec.empty, name: "x", description: "d", instructions: "i" };

describe("the code of an agent", () => {
  it("stands in the YAML as it was written, and is nothing where none is named", () => {
    expect(agentSpec.toSettings({ ...FORM, code: SHOP })).toEqual({ description: "d", code: SHOP });
    expect(agentSpec.toSettings(FORM)).toEqual({ description: "d" });
    const detail = { name: "x", instructions: "i", settings: { code: { ...SHOP, base: null } } };
    expect(agentForm(detail as unknown as Parameters<typeof agentForm>[0]).code).toEqual(SHOP);
  });

  it("is asked for whole before the machine is", () => {
    expect(agentSpec.missing({ ...FORM, code: SHOP })).toEqual([]);
    const { path } = agentSpec.missing({ ...FORM, code: { repository: "", ref: "main" } })[0] ?? {};
    expect(path).toEqual(["code", "repository"]);
  });
});

it("is asked for a description that is emptied in its YAML, as in its fields", () => {
  const emptied = agentSpec.fromSettings({ description: null }, FORM);
  expect(agentSpec.missing(emptied).map(({ path }) => path)).toEqual([["description"]]);
});

describe("its fold", () => {
  beforeEach(() => document.body.replaceChildren());

  function open(first: CodeSource | null, faults: FieldFault[] = []) {
    const said: (CodeSource | null)[] = [];
    function Form({ faults }: { faults: FieldFault[] }) {
      const [code, change] = useState(first);
      said.push(code);
      return <CodeFold code={code} faults={faults} change={change} hint="" />;
    }
    const live = createLive();
    live.client.setQueryData(keys.status, { me: { role: "member" } });
    const page = (given: FieldFault[]) => (
      <LiveProvider value={live}>
        <QueryClientProvider client={live.client}>
          <Form faults={given} />
        </QueryClientProvider>
      </LiveProvider>
    );
    const { rerender } = render(page(faults));
    return { said, refuse: (given: FieldFault[]) => rerender(page(given)) };
  }
  const heading = () => screen.getByRole("button", { name: /^Code/ });
  const write = async (label: string, value: string) =>
    act(async () => fireEvent.change(screen.getByLabelText(label), { target: { value } }));

  it("is out of the way until it says something, and says it when it is closed", async () => {
    open(null);
    expect(screen.queryByLabelText("Repository")).toBeNull();
    await act(async () => fireEvent.click(heading()));
    await write("Repository", SHOP.repository);
    await act(async () => fireEvent.click(heading()));
    expect(heading().textContent).toBe("Code: shop");
  });

  it("keeps what is written there, whole or not, and is nothing again when it is emptied", async () => {
    const { said } = open(SHOP);
    await write("Repository", "");
    expect(said.at(-1)).toEqual({ repository: "", ref: "main" });
    await write("Branch, tag or commit", " ");
    expect(said.at(-1)).toBeNull();
  });

  it("opens for what the machine refuses, and stays open when that is mended", async () => {
    const { refuse } = open(null, [{ path: ["code", "ref"], what: "That is no branch." }]);
    expect(screen.getByRole("alert").textContent).toBe("That is no branch.");
    refuse([]);
    expect(screen.queryByRole("alert")).toBeNull();
    expect(screen.getByLabelText("Branch, tag or commit")).toBeTruthy();
  });
});
