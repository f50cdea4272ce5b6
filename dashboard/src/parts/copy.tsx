import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { IconButton } from "./button";

const SHOWN_MS = 1_500;

/** Puts `text` on the clipboard, exactly as it is. */
export function CopyButton({ text, label = "Copy" }: { text: string; label?: string }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  // Without a secure context (plain http in the local network) there is no clipboard.
  if (!navigator.clipboard) return null;
  const copy = () => {
    navigator.clipboard.writeText(text).then(
      () => setCopied(true),
      (error: unknown) => console.warn("The browser did not let this page copy.", error),
    );
  };
  const Icon = copied ? Check : Copy;
  return (
    <IconButton label={copied ? "Copied" : label} onClick={copy} size="small">
      <Icon aria-hidden className="size-3.5" />
    </IconButton>
  );
}
