import { useId } from "react";

interface Props<T extends string> {
  label: string;
  hint?: string;
  fault?: string | undefined;
  chosen: readonly string[];
  change(chosen: string[]): void;
  options: readonly (readonly [T, string])[];
}

/** Some out of a few: each is there or not. What is chosen and not on offer stays chosen. */
export function Chips<T extends string>({ label, hint, fault, chosen, change, options }: Props<T>) {
  const id = useId();
  const note = fault ?? hint;
  return (
    <fieldset aria-describedby={note ? id : undefined} className="min-w-0">
      <legend className="mb-1 font-medium">{label}</legend>
      <div className="flex flex-wrap gap-1.5">
        {options.map(([key, name]) => {
          const isChosen = chosen.includes(key);
          return (
            <label
              key={key}
              className={`relative flex h-7 items-center rounded-full border px-2.5 text-xs ${isChosen ? "border-accent bg-tint font-medium text-ink" : "border-edge bg-raised text-soft hover:bg-hover"}`}
            >
              <input
                type="checkbox"
                className="absolute -inset-px appearance-none rounded-full"
                checked={isChosen}
                onChange={() => change(isChosen ? chosen.filter((one) => one !== key) : [...chosen, key])}
              />
              {name}
            </label>
          );
        })}
      </div>
      {note && (
        <p
          id={id}
          role={fault ? "alert" : undefined}
          className={`mt-1 text-xs [overflow-wrap:anywhere] ${fault ? "text-bad" : "text-faint"}`}
        >
          {note}
        </p>
      )}
    </fieldset>
  );
}
