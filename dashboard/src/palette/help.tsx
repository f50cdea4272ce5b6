import { SHORTCUTS } from "../pages/shortcuts";
import { Button } from "../parts/button";
import { Dialog } from "../parts/dialog";

export function Help({ close }: { close(): void }) {
  return (
    <Dialog label="Keyboard shortcuts" close={close}>
      <div className="p-5">
        <h2 className="mb-3 font-semibold text-base tracking-tight">Keyboard</h2>
        <dl className="grid grid-cols-[auto_1fr] gap-x-6 gap-y-2">
          {SHORTCUTS.map(([keys, what]) => (
            <div key={keys} className="contents">
              <dt className="flex gap-1">
                {keys.split(" ").map((key) => (
                  <kbd
                    key={key}
                    className="min-w-6 rounded-sm border border-edge bg-sunken px-1.5 text-center font-sans text-xs leading-5"
                  >
                    {key}
                  </kbd>
                ))}
              </dt>
              <dd className="text-soft">{what}</dd>
            </div>
          ))}
        </dl>
        <div className="mt-4 flex justify-end">
          <Button autoFocus onClick={close}>
            Close
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
