import { Trash2 } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "./button";

/** The fields of one entry of a list, which can be removed. `name` says which one it is. */
export function Entry({ name, remove, children }: { name: string; remove(): void; children: ReactNode }) {
  return (
    <div className="relative space-y-3 rounded-lg border p-4">
      <Button
        look="ghost"
        size="small"
        onClick={remove}
        aria-label={`Remove ${name}`}
        title={`Remove ${name}`}
        className="absolute! top-2 right-2 w-7 px-0!"
      >
        <Trash2 aria-hidden className="size-3.5" />
      </Button>
      {children}
    </div>
  );
}
