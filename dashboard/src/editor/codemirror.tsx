import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { yamlLanguage } from "@codemirror/lang-yaml";
import { defineLanguageFacet, HighlightStyle, Language, syntaxHighlighting } from "@codemirror/language";
import { type Diagnostic, setDiagnostics } from "@codemirror/lint";
import { EditorState, type Extension } from "@codemirror/state";
import { EditorView, keymap, lineNumbers, placeholder as placeholderText } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { GFM, parser } from "@lezer/markdown";
import { useEffect, useRef } from "react";
import type { EditorProps } from "./code-editor";

const markdown = new Language(defineLanguageFacet(), parser.configure(GFM), [], "markdown");

const colours = HighlightStyle.define([
  { tag: tags.heading, fontWeight: "620" },
  { tag: tags.strong, fontWeight: "620" },
  { tag: tags.emphasis, fontStyle: "italic" },
  { tag: [tags.monospace, tags.string, tags.special(tags.string)], color: "var(--color-good)" },
  { tag: [tags.definition(tags.propertyName), tags.propertyName], color: "var(--color-accent)" },
  { tag: [tags.number, tags.bool, tags.null, tags.keyword], color: "var(--color-warn)" },
  {
    tag: [tags.comment, tags.processingInstruction, tags.punctuation, tags.separator],
    color: "var(--color-faint)",
  },
  { tag: [tags.link, tags.url], color: "var(--color-accent)" },
]);

const look = EditorView.theme({
  "&": { fontSize: "0.8125rem", backgroundColor: "transparent", color: "var(--color-ink)" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": {
    fontFamily: "var(--font-mono)",
    lineHeight: "1.5",
    minHeight: "inherit",
    maxHeight: "60vh",
    overflow: "auto",
  },
  ".cm-content": { padding: "0.5rem 0", caretColor: "var(--color-ink)" },
  ".cm-line": { padding: "0 0.75rem" },
  ".cm-gutters": { backgroundColor: "transparent", color: "var(--color-faint)", border: "none" },
  ".cm-placeholder": { color: "var(--color-faint)" },
  ".cm-cursor": { borderLeftColor: "var(--color-ink)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "light-dark(#cfd4fb, #39407f)",
  },
  ".cm-lintRange-error": {
    backgroundImage: "none",
    textDecoration: "underline wavy var(--color-bad)",
    textUnderlineOffset: "3px",
  },
  ".cm-tooltip": {
    backgroundColor: "var(--color-raised)",
    border: "1px solid var(--color-edge)",
    color: "var(--color-ink)",
  },
});

/** The page's policy lets only styles in that carry the response's nonce. */
function nonce(): Extension {
  const value = document.querySelector<HTMLElement>("script[nonce]")?.nonce;
  return value ? EditorView.cspNonce.of(value) : [];
}

function extensions(props: EditorProps, changed: (text: string) => void): Extension[] {
  return [
    nonce(),
    history(),
    // Tab leaves the editor, as everywhere on the page.
    keymap.of([...defaultKeymap, ...historyKeymap]),
    props.language === "markdown" ? markdown : yamlLanguage,
    props.language === "yaml" ? lineNumbers() : [],
    syntaxHighlighting(colours),
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({
      "aria-label": props.label,
      tabindex: "0",
      spellcheck: String(props.language === "markdown"),
      ...(props.describedBy ? { "aria-describedby": props.describedBy } : {}),
    }),
    placeholderText(props.placeholder ?? ""),
    look,
    EditorView.updateListener.of((update) => {
      if (update.docChanged) changed(update.state.doc.toString());
    }),
  ];
}

/** CodeMirror, kept equal to `value`. Everything but `value` and `marks` counts as it is at first. */
export default function CodeMirror(props: EditorProps) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const first = useRef(props);
  const latest = useRef(props);
  latest.current = props;
  useEffect(() => {
    if (!place.current) return;
    const changed = (text: string) => {
      if (text !== latest.current.value) latest.current.change(text);
    };
    const state = EditorState.create({
      doc: first.current.value,
      extensions: extensions(first.current, changed),
    });
    const made = new EditorView({ state, parent: place.current });
    view.current = made;
    return () => made.destroy();
  }, []);
  const { value, marks } = props;
  useEffect(() => {
    const shown = view.current?.state.doc.toString();
    if (!view.current || shown === value) return;
    view.current.dispatch({ changes: { from: 0, to: shown?.length ?? 0, insert: value } });
  }, [value]);
  useEffect(() => {
    if (!view.current) return;
    const { doc } = view.current.state;
    const found = (marks ?? []).map(({ line, message }): Diagnostic => {
      const { from, to } = doc.line(Math.min(Math.max(line, 1), doc.lines));
      return { from, to, severity: "error", message };
    });
    view.current.dispatch(setDiagnostics(view.current.state, found));
  }, [marks]);
  return <div ref={place} />;
}
