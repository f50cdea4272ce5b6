import { describe, expect, it } from "vitest";
import { tied } from "./tied";

interface Form {
  name: string;
  model: string | null;
  turns: number | null;
}

function tiedTo(form: Form, ...place: string[]) {
  const said: Partial<Form>[] = [];
  const faults = [{ path: [...place, "model"], what: "No." }];
  return { said, ...tied({ form, faults, set: (changes) => said.push(changes) }, ...place) };
}

describe("a control that is tied to a field of a form", () => {
  it("shows what stands there and what is wrong with it, and nothing of the other fields", () => {
    const { field, text, number } = tiedTo({ name: "x", model: null, turns: 3 });
    expect(field("name")).toMatchObject({ value: "x", fault: undefined });
    expect(text("model")).toMatchObject({ value: "", fault: "No." });
    expect(number("turns").value).toBe("3");
  });

  it("says what was written, and null where nothing is", () => {
    const { said, field, text, number } = tiedTo({ name: "x", model: "y", turns: 3 });
    field("name").change("");
    for (const written of ["z", ""]) text("model").change(written);
    for (const written of ["0", ""]) number("turns").change(written);
    expect(said).toEqual([{ name: "" }, { model: "z" }, { model: null }, { turns: 0 }, { turns: null }]);
  });

  it("finds its faults where the form is a part of another one", () => {
    expect(tiedTo({ name: "x", model: null, turns: null }, "code").text("model").fault).toBe("No.");
  });
});
