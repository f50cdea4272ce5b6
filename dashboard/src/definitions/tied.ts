import { type FieldFault, faultAt } from "../domain/definition";

export interface Tied<Form> {
  form: Form;
  set(changes: Partial<Form>): void;
  faults: readonly FieldFault[];
}

/**
 * What the control of a field needs: what stands in it, how that is changed, and what is wrong with it. `place` leads to
 * the form among the faults, where it is a part of another one.
 */
export function tied<Form extends object>({ form, set, faults }: Tied<Form>, ...place: FieldFault["path"]) {
  type Field = keyof Form & string;
  const change = (field: Field, value: unknown) => set({ [field]: value } as Partial<Form>);
  const fault = (field: Field) => faultAt(faults, ...place, field);
  const written = (field: Field) => String(form[field] ?? "");
  return {
    field: <Name extends Field>(name: Name) => ({
      value: form[name],
      change: (value: Form[Name]) => change(name, value),
      fault: fault(name),
    }),
    /** Of a text that is null where nothing is written. */
    text: (name: Field) => ({
      value: written(name),
      change: (text: string) => change(name, text || null),
      fault: fault(name),
    }),
    /** Of a number that is null where nothing is written. */
    number: (name: Field) => ({
      type: "number" as const,
      value: written(name),
      change: (text: string) => change(name, text === "" ? null : Number(text)),
      fault: fault(name),
    }),
  };
}
