import { LoaderCircle } from "lucide-react";
import type { ButtonHTMLAttributes, ReactNode } from "react";

type Look = "primary" | "secondary" | "ghost" | "danger";

const BASE =
  "inline-flex shrink-0 items-center justify-center gap-1.5 rounded-md font-medium whitespace-nowrap transition-colors disabled:cursor-not-allowed disabled:opacity-55";

const LOOKS: Readonly<Record<Look, string>> = {
  primary: "bg-fill text-white enabled:hover:bg-fill-hover",
  secondary: "border border-edge bg-raised text-ink enabled:hover:bg-hover",
  ghost: "text-soft enabled:hover:bg-hover enabled:hover:text-ink",
  danger: "border border-bad-line bg-raised text-bad enabled:hover:bg-bad-tint",
};

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: Look;
  size?: "small" | "normal";
  /** Shows that it works, and takes no second click. */
  busy?: boolean;
  icon?: ReactNode;
}

export function Button({
  look = "secondary",
  size = "normal",
  busy = false,
  icon,
  className = "",
  ...rest
}: Props) {
  const { children, disabled, ...others } = rest;
  const bounds = size === "small" ? "h-7 px-2 text-xs" : "h-8 px-3 text-sm";
  return (
    <button
      type="button"
      {...others}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      className={`${BASE} ${LOOKS[look]} ${bounds} ${className}`}
    >
      {busy ? <LoaderCircle aria-hidden className="size-3.5 animate-spin" /> : icon}
      {children}
    </button>
  );
}

interface IconProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** What it is called, for those who do not see the picture and for those who point at it. */
  label: string;
  size?: "small" | "normal";
}

/** A button that is only a picture. */
export function IconButton({ label, size = "normal", className = "", ...rest }: IconProps) {
  const bounds = size === "small" ? "size-7" : "size-8";
  return (
    <button
      type="button"
      title={label}
      {...rest}
      aria-label={label}
      className={`inline-flex shrink-0 items-center justify-center rounded-md text-soft transition-colors hover:bg-hover hover:text-ink disabled:opacity-55 ${bounds} ${className}`}
    />
  );
}
