import { CredentialsField } from "../definitions/code-fields";
import { type Tied, tied } from "../definitions/tied";
import { faultAt } from "../domain/definition";
import { Check, TextField } from "../parts/field";
import { type CheckoutDraft, OWN, type TriggerDraft } from "./draft";

/** A part of the fields of the trigger that stands at `index`. */
export type PartProps = Tied<TriggerDraft> & { index: number };

/** The code of what an event is about, or any other. */
export function CheckoutFields({ index, ...tie }: PartProps) {
  const checkout = tie.form.checkout ?? null;
  const place = ["triggers", index, "checkout"] as const;
  const { text } = tied<CheckoutDraft>(
    {
      form: checkout ?? {},
      set: (changes) => tie.set({ checkout: { ...checkout, ...changes } }),
      faults: tie.faults,
    },
    ...place,
  );
  return (
    <>
      <Check
        label="Fetch the code: each task gets a clone of its own"
        checked={checkout !== null}
        change={(fetches) => tie.set({ checkout: fetches ? {} : null })}
        fault={faultAt(
          tie.faults.filter(({ path }) => path.length === place.length),
          ...place,
        )}
      />
      {checkout && (
        <>
          <div className="grid gap-3 sm:grid-cols-2">
            <TextField
              label="Repository"
              mono
              {...text("repository")}
              placeholder={OWN.checkout.repository}
              hint="Empty: the one that the event is about."
            />
            <TextField
              label="Branch, tag or commit"
              mono
              {...text("ref")}
              placeholder={OWN.checkout.ref}
              hint="Empty: what the event is about, such as the code of a merge request."
            />
          </div>
          <CredentialsField {...text("credentials")} more="Tasks of people who are not trusted go without." />
        </>
      )}
    </>
  );
}
