import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CornerLeftUp, Download, File, FileQuestionMark, Folder, Link2 } from "lucide-react";
import { files, type WorkspaceEntry } from "../api/files";
import { ApiError } from "../api/problem";
import { fullTime } from "../domain/format";
import { hasEnded, type Task } from "../domain/task";
import { CopyButton } from "../parts/copy";
import { Scrollable } from "../parts/scrollable";
import { Empty, Failed, Loading } from "../parts/states";

const POLL_MS = 5_000;
/** What is larger is offered to be saved, not shown. */
const SHOWN_BYTES = 1_000_000;

interface Props {
  task: Task;
  path: string;
}

/** The workspace as it is now: a folder, or, where the path names one, a file. */
export function FilesView({ task, path }: Props) {
  const parts = path.split("/").filter(Boolean);
  const folder = parts.slice(0, -1).join("/");
  const above = useFolder(task, folder, path !== "");
  const entry = above.data?.entries.find(({ name }) => name === parts.at(-1));
  const isFile = path !== "" && entry?.kind === "file";
  return (
    <div className="h-full overflow-y-auto px-4 py-4 sm:px-6">
      <div className="mx-auto max-w-[60rem]">
        <Crumbs task={task} parts={parts} />
        {path !== "" && above.isPending ? (
          <Loading label="Loading" lines={6} />
        ) : isFile && entry ? (
          <FileContent task={task} path={path} entry={entry} />
        ) : (
          <FolderContent task={task} path={path} />
        )}
      </div>
    </div>
  );
}

function useFolder(task: Task, path: string, enabled = true) {
  return useQuery({
    queryKey: ["files", task.task_id, path],
    queryFn: () => files.list(task.task_id, path),
    enabled,
    staleTime: 0,
    refetchInterval: hasEnded(task) ? false : POLL_MS,
  });
}

function to(task: Task, path: string) {
  const search = path ? { view: "files" as const, path } : { view: "files" as const };
  return { to: "/tasks/$taskId", params: { taskId: task.task_id }, search } as const;
}

function Crumbs({ task, parts }: { task: Task; parts: readonly string[] }) {
  return (
    <nav aria-label="Folder" className="mb-3 flex flex-wrap items-center gap-x-1.5 font-mono text-xs">
      <Link {...to(task, "")} className="min-h-6 text-accent underline">
        workspace
      </Link>
      {parts.map((part, index) => {
        const path = parts.slice(0, index + 1).join("/");
        return (
          <span key={path} className="flex min-w-0 gap-x-1.5">
            <span aria-hidden className="text-faint">
              /
            </span>
            {index === parts.length - 1 ? (
              <span aria-current="page" className="[overflow-wrap:anywhere]">
                {part}
              </span>
            ) : (
              <Link {...to(task, path)} className="text-accent underline [overflow-wrap:anywhere]">
                {part}
              </Link>
            )}
          </span>
        );
      })}
    </nav>
  );
}

function FolderContent({ task, path }: Props) {
  const list = useFolder(task, path);
  if (list.error && !list.data) {
    const isMissing = list.error instanceof ApiError && list.error.status === 404;
    if (isMissing && path === "") {
      return <Empty title="There are no files">A task gets its workspace when it starts.</Empty>;
    }
    return (
      <Failed what="The folder could not be read." error={list.error} retry={() => void list.refetch()} />
    );
  }
  if (!list.data) return <Loading label="Loading the files" lines={6} />;
  const { entries, truncated } = list.data;
  const above = path.split("/").slice(0, -1).join("/");
  return (
    <>
      <ul className="divide-y rounded-lg border">
        {path !== "" && (
          <li>
            <Link {...to(task, above)} className={ROW}>
              <CornerLeftUp aria-hidden className="size-4 text-faint" />
              One folder up
            </Link>
          </li>
        )}
        {entries.map((entry) => (
          <li key={entry.name}>
            <Entry task={task} entry={entry} path={path ? `${path}/${entry.name}` : entry.name} />
          </li>
        ))}
        {entries.length === 0 && <li className="px-3.5 py-3 text-faint">Nothing is in here.</li>}
      </ul>
      {truncated && <p className="mt-2 text-faint text-xs">There is more: only 1,000 entries are listed.</p>}
      <p className="mt-2 text-faint text-xs">
        Links are not followed. Settings of Claude Code, git's own folder and places of logins are left out.
      </p>
    </>
  );
}

const ROW = "flex min-h-9 items-center gap-2.5 px-3.5 py-1.5 -outline-offset-2 hover:bg-hover";
const ICONS = { folder: Folder, file: File, link: Link2, other: FileQuestionMark };

function Entry({ task, entry, path }: { task: Task; entry: WorkspaceEntry; path: string }) {
  const Icon = ICONS[entry.kind];
  const content = (
    <>
      <Icon aria-hidden className="size-4 shrink-0 text-faint" />
      <span className="min-w-0 flex-1 truncate font-mono text-xs">
        {entry.name}
        {entry.kind === "folder" && "/"}
      </span>
      {entry.kind === "link" && <span className="text-faint text-xs">link</span>}
      {entry.kind === "file" && (
        <span className="numeric shrink-0 text-faint text-xs" title={fullTime(entry.changed_at)}>
          {size(entry.size)}
        </span>
      )}
    </>
  );
  if (entry.kind === "link" || entry.kind === "other") {
    return <span className="flex min-h-9 items-center gap-2.5 px-3.5 py-1.5">{content}</span>;
  }
  return (
    <Link {...to(task, path)} className={ROW}>
      {content}
    </Link>
  );
}

function FileContent({ task, path, entry }: Props & { entry: WorkspaceEntry }) {
  const isShown = entry.size <= SHOWN_BYTES;
  const query = useQuery({
    queryKey: ["file", task.task_id, path, entry.changed_at, entry.size],
    queryFn: () => files.read(task.task_id, path),
    enabled: isShown,
    gcTime: 0,
  });
  // What is no text comes with bytes that no text has.
  const isText = query.data !== undefined && !/[\0\ufffd]/.test(query.data);
  return (
    <section aria-label={entry.name}>
      <div className="mb-2 flex items-center gap-2 text-soft text-xs">
        <span className="numeric min-w-0 flex-1">
          {size(entry.size)}, changed {fullTime(entry.changed_at)}
        </span>
        {isText && <CopyButton text={query.data} label="Copy the file" />}
        <a
          href={files.address(task.task_id, path)}
          download={entry.name}
          className="inline-flex min-h-7 items-center gap-1.5 rounded-md px-2 text-accent underline"
        >
          <Download aria-hidden className="size-3.5" />
          Download
        </a>
      </div>
      {query.error && <Failed what="The file could not be read." error={query.error} />}
      {isShown && query.isPending && <Loading label="Loading the file" lines={8} />}
      {isText ? (
        <Scrollable
          label="Content"
          className="verbatim max-h-[70dvh] overflow-auto rounded-lg border bg-sunken px-3.5 py-3"
        >
          {query.data || "The file is empty."}
        </Scrollable>
      ) : (
        (!isShown || query.data !== undefined) && (
          <Empty title={isShown ? "This is no text" : "This file is too large to be shown"}>
            It can be downloaded.
          </Empty>
        )
      )}
    </section>
  );
}

/** 950 B, 12.3 kB, 1.2 MB */
export function size(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${(bytes / 1_000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
