import { Check, Copy, CopyX } from "lucide-react";
import { useEffect, useState } from "react";
import { IconButton } from "./button";
import { copyText } from "./clipboard";

const SHOWN_MS = 1_500;

/** Puts `text` on the clipboard, exactly as it is. */
export function CopyButton({ text, label = "Copy" }: { text: string; label?: string }) {
  const [outcome, setOutcome] = useState<"copied" | "refused" | null>(null);
  useEffect(() => {
    if (outcome !== "copied") return;
    const timer = setTimeout(() => setOutcome(null), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [outcome]);
  const copy = async (near: Element) => {
    try {
      await copyText(text, near);
      setOutcome("copied");
    } catch (error) {
      console.warn("It was not copied.", error);
      setOutcome("refused");
    }
  };
  const [name, Icon] =
    outcome === "copied"
      ? (["Copied", Check] as const)
      : outcome === "refused"
        ? (["Not copied: select the text and copy it", CopyX] as const)
        : ([label, Copy] as const);
  return (
    <IconButton label={name} onClick={(event) => void copy(event.currentTarget)} size="small">
      <Icon aria-hidden className="size-3.5" />
    </IconButton>
  );
}
