import type { UploadedFile } from "../api/definitions";

/** What the machine takes at once; more is refused here already, before anything is sent. */
export const MAX_FILES = 1000;
export const MAX_BYTES = 20 * 1024 * 1024;

// What computers leave in folders by themselves, and what is never part of a definition.
const JUNK = /(?:^|\/)(?:\.DS_Store|Thumbs\.db|__MACOSX|\.git|node_modules|__pycache__)(?:\/|$)/;

export function isWanted({ path }: UploadedFile): boolean {
  return !JUNK.test(path);
}

/** What is too much, in words; null when all of it can be sent. */
export function tooMuch(files: readonly UploadedFile[]): string | null {
  if (files.length === 0) return "There is no file in it.";
  if (files.length > MAX_FILES) return `These are ${files.length} files; ${MAX_FILES} are taken at most.`;
  const size = files.reduce((sum, { file }) => sum + file.size, 0);
  return size > MAX_BYTES ? "These are more than 20 MB; that is the most that is taken." : null;
}

/** Files of a chooser; those of a folder carry their place in it. */
export function chosen(list: FileList): UploadedFile[] {
  return [...list].map((file) => ({ path: file.webkitRelativePath || file.name, file })).filter(isWanted);
}

/** Everything that was dropped, folders with all that is in them. Must be called while the event is handled. */
export async function dropped({ items }: DataTransfer): Promise<UploadedFile[]> {
  // Both are asked for at once: after the event, the browser has forgotten them.
  const things = [...items].map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }));
  const found: UploadedFile[] = [];
  for (const { entry, file } of things) {
    if (entry) await walk(entry, found);
    else if (file) found.push({ path: file.name, file });
  }
  return found.filter(isWanted);
}

async function walk(entry: FileSystemEntry, found: UploadedFile[]): Promise<void> {
  const path = entry.fullPath.replace(/^\//, "");
  if (JUNK.test(path) || found.length > MAX_FILES) return;
  if (entry.isFile) {
    const file = await new Promise<File>((done, fail) => (entry as FileSystemFileEntry).file(done, fail));
    found.push({ path, file });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  // A reader gives some of the entries at a time, and none when there are no more.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((done, fail) => reader.readEntries(done, fail));
    if (some.length === 0) return;
    for (const inner of some) await walk(inner, found);
  }
}
