import { FolderUp } from "lucide-react";
import { type DragEvent, useRef, useState } from "react";
import type { Preview, UploadedFile, UploadOptions } from "../api/definitions";
import { Button } from "../parts/button";
import { Notice } from "../parts/notice";
import { Failed, Loading } from "../parts/states";
import { chosen, dropped, tooMuch } from "./dropped";
import { KINDS, type Kind } from "./kinds";
import { PreviewCard } from "./preview";

export interface Uploading {
  previewUpload(files: readonly UploadedFile[]): Promise<Preview>;
  upload(files: readonly UploadedFile[], options: UploadOptions): Promise<unknown>;
}

interface Props {
  kind: Kind;
  api: Uploading;
  saved(name: string): void;
}

type Stage =
  | { at: "empty"; error?: unknown }
  | { at: "reading" }
  | { at: "ready"; files: readonly UploadedFile[]; preview: Preview };

/** A folder, an archive or a file: first what would be saved, then, after a click, saved. */
export function UploadForm({ kind, api, saved }: Props) {
  const [stage, setStage] = useState<Stage>({ at: "empty" });
  const take = async (bringing: Promise<UploadedFile[]>) => {
    setStage({ at: "reading" });
    try {
      const files = await bringing;
      const fault = tooMuch(files);
      if (fault) throw new Error(fault);
      setStage({ at: "ready", files, preview: await api.previewUpload(files) });
    } catch (error) {
      setStage({ at: "empty", error });
    }
  };
  if (stage.at === "reading") return <Loading label="Reading the files" />;
  if (stage.at === "ready") {
    return <Ready {...stage} api={api} saved={saved} again={() => setStage({ at: "empty" })} />;
  }
  return (
    <div className="max-w-[40rem] space-y-3">
      {stage.error !== undefined && (
        <Failed
          what={`This cannot become one of the ${KINDS[kind.id].title.toLowerCase()}.`}
          error={stage.error}
        />
      )}
      <DropZone hint={kind.uploads} take={(bringing) => void take(bringing)} />
    </div>
  );
}

function DropZone({ hint, take }: { hint: string; take(bringing: Promise<UploadedFile[]>): void }) {
  const [over, setOver] = useState(false);
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    take(dropped(event.dataTransfer));
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is for the mouse; the buttons inside do the same
    <div
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={onDrop}
      data-testid="drop-zone"
      className={`flex flex-col items-center gap-3 rounded-xl border-2 border-dashed px-4 py-10 text-center transition-colors ${over ? "border-accent bg-tint" : "border-edge"}`}
    >
      <FolderUp aria-hidden className="size-7 text-faint" strokeWidth={1.5} />
      <div>
        <p className="font-medium text-base">Drop a folder, an archive or a file here</p>
        <p className="mt-1 text-soft">{hint}</p>
      </div>
      <div className="flex flex-wrap justify-center gap-2">
        <FileButton label="Choose a file" take={take} />
        <FileButton label="Choose a folder" folder take={take} />
      </div>
    </div>
  );
}

interface FileButtonProps {
  label: string;
  folder?: boolean;
  take(bringing: Promise<UploadedFile[]>): void;
}

function FileButton({ label, folder = false, take }: FileButtonProps) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button onClick={() => input.current?.click()}>{label}</Button>
      <input
        ref={(element) => {
          input.current = element;
          // React knows no property for this one.
          if (folder) element?.setAttribute("webkitdirectory", "");
        }}
        type="file"
        multiple={!folder}
        hidden
        aria-label={label}
        onChange={({ target }) => {
          if (target.files?.length) take(Promise.resolve(chosen(target.files)));
          target.value = "";
        }}
      />
    </>
  );
}

interface ReadyProps extends Pick<Props, "api" | "saved"> {
  files: readonly UploadedFile[];
  preview: Preview;
  again(): void;
}

function Ready({ files, preview, api, saved, again }: ReadyProps) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const { name, exists, content_hash } = preview;
  const save = async () => {
    setBusy(true);
    setError(null);
    try {
      await api.upload(files, { content_hash, replace: exists });
      saved(name);
    } catch (reason) {
      setError(reason);
      setBusy(false);
    }
  };
  return (
    <div className="max-w-[40rem] space-y-4">
      {exists && (
        <Notice title={`There is one called ${name} already.`}>
          It would be replaced as a whole. The version before can be brought back.
        </Notice>
      )}
      <PreviewCard preview={preview} />
      {error !== null && <Failed what="It was not saved." error={error} />}
      <div className="flex flex-wrap gap-2">
        <Button look={exists ? "danger" : "primary"} busy={busy} onClick={() => void save()}>
          {exists ? `Replace ${name}` : "Create"}
        </Button>
        <Button onClick={again}>Choose something else</Button>
      </div>
    </div>
  );
}
