import { type ReactNode, useId } from "react";

export const INPUT =
  "block h-9 w-full min-w-0 rounded-md border border-edge bg-raised px-2.5 text-sm outline-none transition-colors focus:border-accent focus-visible:outline-2 aria-invalid:border-bad disabled:opacity-60";
export const TEXT_AREA = `${INPUT} field-sizing-content h-auto! min-h-16 max-h-[50vh] py-1.5`;

/** What a control needs so that its label, its hint and its fault are read with it. */
export interface Ties {
  id: string;
  "aria-describedby": string | undefined;
  "aria-invalid": true | undefined;
}

interface Props {
  label: string;
  hint?: ReactNode;
  fault?: string | null | undefined;
  children(ties: Ties): ReactNode;
}

/** A label, a control, and under it what it is for or what is wrong with it. */
export function Field({ label, hint, fault, children }: Props) {
  const id = useId();
  const note = fault ?? hint;
  const ties: Ties = {
    id,
    "aria-describedby": note ? `${id}-note` : undefined,
    "aria-invalid": fault ? true : undefined,
  };
  return (
    <div className="min-w-0">
      <label htmlFor={id} className="mb-1 block font-medium">
        {label}
      </label>
      {children(ties)}
      {note && (
        <p
          id={`${id}-note`}
          role={fault ? "alert" : undefined}
          className={`mt-1 text-xs [overflow-wrap:anywhere] ${fault ? "text-bad" : "text-faint"}`}
        >
          {note}
        </p>
      )}
    </div>
  );
}

interface TextProps extends Omit<Props, "children"> {
  value: string;
  change(value: string): void;
  placeholder?: string;
  rows?: number;
  disabled?: boolean;
  options?: readonly string[];
  mono?: boolean;
  type?: "text" | "number";
}

/** One line of text, or several with `rows`; `options` are offered while typing. */
export function TextField({
  value,
  change,
  placeholder,
  rows,
  disabled,
  options,
  mono,
  type = "text",
  ...field
}: TextProps) {
  const common = { value, placeholder, disabled, spellCheck: rows !== undefined && !mono };
  const font = mono ? "font-mono text-xs!" : "";
  return (
    <Field {...field}>
      {(ties) =>
        rows === undefined ? (
          <>
            <input
              {...ties}
              {...common}
              type={type}
              autoComplete="off"
              list={options ? `${ties.id}-options` : undefined}
              onChange={(event) => change(event.target.value)}
              className={`${INPUT} ${font}`}
            />
            {options && (
              <datalist id={`${ties.id}-options`}>
                {options.map((option) => (
                  <option key={option} value={option} />
                ))}
              </datalist>
            )}
          </>
        ) : (
          <textarea
            {...ties}
            {...common}
            rows={rows}
            onChange={(event) => change(event.target.value)}
            className={`${TEXT_AREA} ${font}`}
          />
        )
      }
    </Field>
  );
}

interface ChoiceProps<T extends string> extends Omit<Props, "children"> {
  value: T;
  change(value: T): void;
  options: readonly (readonly [T, string])[];
}

export function Choice<T extends string>({ value, change, options, ...field }: ChoiceProps<T>) {
  return (
    <Field {...field}>
      {(ties) => (
        <select
          {...ties}
          value={value}
          onChange={(event) => change(event.target.value as T)}
          className={INPUT}
        >
          {options.map(([key, name]) => (
            <option key={key} value={key}>
              {name}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

interface CheckProps {
  label: string;
  checked: boolean;
  change(checked: boolean): void;
  disabled?: boolean;
  fault?: string | undefined;
}

export function Check({ label, checked, change, disabled, fault }: CheckProps) {
  const id = useId();
  return (
    <div>
      <label className="flex min-h-6 items-center gap-2">
        <input
          type="checkbox"
          checked={checked}
          disabled={disabled}
          aria-describedby={fault ? id : undefined}
          aria-invalid={fault ? true : undefined}
          onChange={(event) => change(event.target.checked)}
          className="size-4 accent-fill"
        />
        {label}
      </label>
      {fault && (
        <p id={id} role="alert" className="mt-1 text-bad text-xs [overflow-wrap:anywhere]">
          {fault}
        </p>
      )}
    </div>
  );
}
