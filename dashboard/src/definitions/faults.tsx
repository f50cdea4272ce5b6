import { Link } from "@tanstack/react-router";
import { CircleAlert } from "lucide-react";
import type { ReactNode } from "react";
import type { DefinitionFault } from "../api/definitions";
import { faultPlace, ownerOf } from "../domain/definition";

interface Props {
  faults: readonly DefinitionFault[];
  /** There was never a good version. */
  isNew?: boolean;
  children?: ReactNode;
}

/** What is wrong with files on the disk: where, and why. The last good version stays in force meanwhile. */
export function FileFaults({ faults, isNew = false, children }: Props) {
  if (faults.length === 0) return null;
  return (
    <div role="alert" className="mb-5 flex gap-3 rounded-lg border border-bad-line bg-bad-tint p-3">
      <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-bad" />
      <div className="min-w-0 flex-1 space-y-2">
        <p className="font-medium">
          {faults.length === 1 ? "A file has a fault." : `Files have ${faults.length} faults.`}{" "}
          <span className="font-normal text-soft">
            Correct it on the machine's disk; it counts within a second.{" "}
            {isNew ? "Nothing of it is in force yet." : "Until then the last good version is in force."}
          </span>
        </p>
        <ul className="space-y-1 [overflow-wrap:anywhere]">
          {faults.map((fault) => (
            <li key={`${faultPlace(fault)} ${fault.reason}`}>
              <Link to={`/${fault.path.split("/")[0]}/${ownerOf(fault)}` as string} className="underline">
                <code className="font-mono text-xs">config/{faultPlace(fault)}</code>
              </Link>
              <span className="text-soft">: {fault.reason}</span>
            </li>
          ))}
        </ul>
        {children}
      </div>
    </div>
  );
}
