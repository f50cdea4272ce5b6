import { Lexer, type Token } from "marked";

interface Cut {
  text: string;
  tokens: readonly Token[];
}

/** How many of the last blocks may still change when more text comes. */
const UNSETTLED = 2;

/**
 * Cuts Markdown into its blocks, and does so cheaply while a text grows: blocks that came before the last few stay the
 * same objects, so a view draws only the end again.
 */
export class BlockLexer {
  #last: Cut = { text: "", tokens: [] };

  blocks(text: string, done: boolean): readonly Token[] {
    if (text === this.#last.text && !done) return this.#last.tokens;
    const settled = done ? [] : this.#settled(text);
    const offset = settled.reduce((sum, token) => sum + token.raw.length, 0);
    const tokens = [...settled, ...lex(text.slice(offset))];
    this.#last = { text, tokens: done ? keepEqual(this.#last.tokens, tokens) : tokens };
    return this.#last.tokens;
  }

  #settled(text: string): readonly Token[] {
    if (!text.startsWith(this.#last.text)) return [];
    let keep = this.#last.tokens.length;
    for (let solid = 0; keep > 0 && solid < UNSETTLED; keep -= 1) {
      if (this.#last.tokens[keep - 1]?.type !== "space") solid += 1;
    }
    const settled = this.#last.tokens.slice(0, keep);
    // The lexer rewrites some characters (line ends, tabs); where it did, lengths do not tell places.
    const joined = settled.map((token) => token.raw).join("");
    return text.startsWith(joined) ? settled : [];
  }
}

/** What the lexer cannot read (nested beyond all measure) is shown as it is. */
function lex(text: string): Token[] {
  try {
    return new Lexer({ gfm: true }).lex(text);
  } catch (error) {
    console.warn("This text is no Markdown that can be read.", error);
    return [{ type: "raw", raw: text }];
  }
}

/** At the end all is read once more as a whole; blocks that came out the same stay the same objects. */
function keepEqual(old: readonly Token[], fresh: readonly Token[]): readonly Token[] {
  return fresh.map((token, index) => {
    const before = old[index];
    return before && before.type === token.type && before.raw === token.raw ? before : token;
  });
}

const NAMED: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: "\u00a0",
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: terminal colours are made of them
const TERMINAL_CODES = /\u001b\[[\d;]*m/g;

/** Character references as the characters they stand for, unknown ones as they are; colours of a terminal go. */
export function decoded(raw: string): string {
  const text = raw.includes("\u001b") ? raw.replace(TERMINAL_CODES, "") : raw;
  if (!text.includes("&")) return text;
  return text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]{2,8}));/gi, (all, decimal, hex, name) => {
    if (name) return NAMED[name.toLowerCase()] ?? all;
    const code = decimal ? Number(decimal) : Number.parseInt(hex, 16);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : all;
  });
}
