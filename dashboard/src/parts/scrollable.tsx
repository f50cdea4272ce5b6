import type { HTMLAttributes, Ref } from "react";

interface Props extends HTMLAttributes<HTMLDivElement> {
  label: string;
  ref?: Ref<HTMLDivElement>;
}

/** Something that scrolls on its own, and is reached by keyboard for it. */
export function Scrollable({ label, ...rest }: Props) {
  return (
    // A group, no landmark: there may be many with one name.
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys scroll only what has the focus
    <div role="group" tabIndex={0} aria-label={label} {...rest} />
  );
}
