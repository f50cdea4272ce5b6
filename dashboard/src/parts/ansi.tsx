import Anser, { type AnserJsonEntry } from "anser";
import { memo } from "react";

// Beyond this, colours cost more than they help.
const MAX_CHARS = 200_000;

/** Text with the colours a terminal would show. Never HTML: each piece becomes a text node. */
export const Ansi = memo(function Ansi({ text }: { text: string }) {
  if (!text.includes("\u001b[")) return text;
  if (text.length > MAX_CHARS) return Anser.ansiToText(text);
  const pieces = Anser.ansiToJson(text, { use_classes: true, remove_empty: true, json: true });
  return pieces.map((piece, index) => {
    const key = `${index}`;
    return plain(piece) ? (
      piece.content
    ) : (
      <span key={key} className={classes(piece)} style={colours(piece)}>
        {piece.content}
      </span>
    );
  });
});

function plain(piece: AnserJsonEntry): boolean {
  return !piece.fg && !piece.bg && piece.decorations.length === 0;
}

const DECORATIONS: Readonly<Record<string, string>> = {
  bold: "font-semibold",
  dim: "text-faint",
  italic: "italic",
  underline: "underline",
  strikethrough: "line-through",
};

/** The sixteen named colours follow the theme; a named background is shown as reversed text would be: by weight. */
function classes(piece: AnserJsonEntry): string {
  const names = piece.decorations.map((name) => DECORATIONS[name] ?? "");
  if (piece.fg && /^ansi-[a-z-]+$/.test(piece.fg) && piece.fg !== "ansi-truecolor") names.push(piece.fg);
  if (piece.bg) names.push("font-semibold");
  return names.join(" ");
}

function colours(piece: AnserJsonEntry): { color: string } | undefined {
  const rgb = piece.fg === "ansi-truecolor" ? piece.fg_truecolor : null;
  return rgb ? { color: `rgb(${rgb})` } : undefined;
}
