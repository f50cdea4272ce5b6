/**
 * Puts `text` on the clipboard, exactly as it is. Rejects where the browser does not let this page copy.
 *
 * Plain http in the local network is no secure context and has no clipboard: there a selection is copied, made beside
 * `near`, since nothing outside of an open dialog can be selected.
 */
export async function copyText(text: string, near: Element): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const held = document.activeElement;
  const area = document.createElement("textarea");
  area.value = text;
  area.readOnly = true;
  area.setAttribute("aria-hidden", "true");
  area.className = "fixed top-0 left-0 size-px opacity-0";
  (near.closest("dialog") ?? document.body).append(area);
  try {
    area.focus({ preventScroll: true });
    area.select();
    if (!document.execCommand("copy")) throw new Error("The browser does not let this page copy.");
  } finally {
    area.remove();
    if (held instanceof HTMLElement) held.focus({ preventScroll: true });
  }
}
