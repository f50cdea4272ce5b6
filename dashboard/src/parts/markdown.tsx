import type { Token, Tokens } from "marked";
import { memo, type ReactNode, useRef } from "react";
import { CopyButton } from "./copy";
import { BlockLexer, decoded } from "./markdown-tokens";
import { Scrollable } from "./scrollable";

/** Markdown as React elements. There is no way for HTML to get in: what looks like a tag is shown as text. */
export const Markdown = memo(function Markdown({ text, done = true }: { text: string; done?: boolean }) {
  const lexer = useRef<BlockLexer | null>(null);
  lexer.current ??= new BlockLexer();
  const tokens = lexer.current.blocks(text, done);
  return (
    <div className="prose">
      {withLevels(tokens).map(([token, level], index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: blocks are only ever added at the end
        <Block key={index} token={token} level={level} />
      ))}
    </div>
  );
});

/** Headings begin below the page's own and skip no level, however the agent wrote them; 0 for other blocks. */
function withLevels(tokens: readonly Token[]): Array<[Token, number]> {
  const above: number[] = [];
  return tokens.map((token) => {
    if (token.type !== "heading") return [token, 0];
    const { depth } = token as Tokens.Heading;
    while ((above.at(-1) ?? 0) >= depth) above.pop();
    above.push(depth);
    return [token, Math.min(above.length + 1, 6)];
  });
}

const Block = memo(function Block({ token, level = 0 }: { token: Token; level?: number }): ReactNode {
  switch (token.type) {
    case "space":
    case "def":
      return null;
    case "heading":
      return <Heading heading={token as Tokens.Heading} level={level} />;
    case "paragraph":
      return <p>{inline((token as Tokens.Paragraph).tokens)}</p>;
    case "text":
      return inline((token as Tokens.Text).tokens ?? [token]);
    case "code":
      return <CodeBlock code={token as Tokens.Code} />;
    case "blockquote":
      return <blockquote>{blocks((token as Tokens.Blockquote).tokens)}</blockquote>;
    case "list":
      return <List list={token as Tokens.List} />;
    case "table":
      return <Table table={token as Tokens.Table} />;
    case "hr":
      return <hr />;
    default:
      return <p className="whitespace-pre-wrap">{token.raw.trimEnd()}</p>;
  }
});

function blocks(tokens: readonly Token[]): ReactNode {
  // biome-ignore lint/suspicious/noArrayIndexKey: blocks are only ever added at the end
  return tokens.map((token, index) => <Block key={index} token={token} />);
}

/** Inside a list or a quote a heading is only bold: it does not divide the page. */
function Heading({ heading, level }: { heading: Tokens.Heading; level: number }) {
  if (level === 0) {
    return (
      <p>
        <strong>{inline(heading.tokens)}</strong>
      </p>
    );
  }
  const Tag = `h${level}` as "h2";
  return <Tag data-depth={heading.depth}>{inline(heading.tokens)}</Tag>;
}

function CodeBlock({ code }: { code: Tokens.Code }) {
  return (
    <div className="group/code relative rounded-lg border bg-sunken">
      <Scrollable
        label="Code"
        className="overflow-x-auto whitespace-pre px-3.5 py-3 font-mono text-xs leading-[1.65]"
      >
        <code className="bg-transparent! border-0! p-0! text-xs!">{code.text}</code>
      </Scrollable>
      <div className="absolute top-1.5 right-1.5 rounded-md bg-sunken opacity-0 group-focus-within/code:opacity-100 group-hover/code:opacity-100 pointer-coarse:opacity-100">
        <CopyButton text={code.text} label="Copy code" />
      </div>
    </div>
  );
}

function List({ list }: { list: Tokens.List }) {
  const items = list.items.map((item, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: items are only ever added at the end
    <li key={index} className={item.task ? "task" : undefined}>
      {item.task && <span className="mr-1.5 text-soft">{item.checked ? "☑" : "☐"}</span>}
      {blocks(item.tokens.filter((token) => token.type !== "checkbox"))}
    </li>
  ));
  return list.ordered ? <ol start={Number(list.start || 1)}>{items}</ol> : <ul>{items}</ul>;
}

function Table({ table }: { table: Tokens.Table }) {
  return (
    <Scrollable label="Table" className="overflow-x-auto">
      <table>
        <thead>
          <tr>
            {table.header.map((cell, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: columns stand still
              <th key={index}>{inline(cell.tokens)}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row, line) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows are only ever added at the end
            <tr key={line}>
              {row.map((cell, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: columns stand still
                <td key={index}>{inline(cell.tokens)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scrollable>
  );
}

function inline(tokens: readonly Token[]): ReactNode {
  // biome-ignore lint/suspicious/noArrayIndexKey: pieces are only ever added at the end
  return tokens.map((token, index) => <Inline key={index} token={token} />);
}

function Inline({ token }: { token: Token }): ReactNode {
  switch (token.type) {
    case "strong":
      return <strong>{inline((token as Tokens.Strong).tokens)}</strong>;
    case "em":
      return <em>{inline((token as Tokens.Em).tokens)}</em>;
    case "del":
      return <del>{inline((token as Tokens.Del).tokens)}</del>;
    case "codespan":
      return <code>{(token as Tokens.Codespan).text}</code>;
    case "br":
      return <br />;
    case "link":
      return <Link link={token as Tokens.Link} />;
    case "image": {
      // Nothing is loaded from elsewhere: a picture is a link to it.
      const { href, text } = token as Tokens.Image;
      return <SafeLink href={href}>{text || href}</SafeLink>;
    }
    case "escape":
      return (token as Tokens.Escape).text;
    case "text": {
      const text = token as Tokens.Text;
      return text.tokens ? inline(text.tokens) : decoded(text.text);
    }
    default:
      return token.raw;
  }
}

function Link({ link }: { link: Tokens.Link }) {
  return <SafeLink href={link.href}>{inline(link.tokens)}</SafeLink>;
}

/** A link that leads where it seems to lead; other schemes (javascript:, data:, file:) stay text. */
function SafeLink({ href, children }: { href: string; children: ReactNode }) {
  if (!/^(https?:\/\/|mailto:)/i.test(href)) return <span title={href}>{children}</span>;
  return (
    <a href={href} target="_blank" rel="noopener noreferrer nofollow" title={href}>
      {children}
    </a>
  );
}
