// @vitest-environment jsdom
import { render } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { Markdown } from "./markdown";
import { BlockLexer, decoded } from "./markdown-tokens";

const html = (text: string) => render(<Markdown text={text} />).container.innerHTML;

describe("Markdown", () => {
  it("shows HTML as text and never as HTML", () => {
    const attacks = [
      "<img src=x onerror=alert(1)>",
      "a <script>alert(1)</script> b",
      "<div onclick='x()'>block</div>",
      "- <iframe src=//x></iframe>",
      "| a |\n|---|\n| <b onmouseover=x()>y</b> |",
      "&lt;script&gt;alert(1)&lt;/script&gt;",
    ];
    for (const attack of attacks) {
      const { container } = render(<Markdown text={attack} />);
      expect(container.querySelector("script,img,iframe,b,div[onclick]")).toBeNull();
    }
    expect(html("a <script>alert(1)</script>")).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
  });

  it("links only to the web and to mail", () => {
    for (const href of [
      "javascript:alert(1)",
      "JaVaScRiPt:alert(1)",
      "data:text/html,x",
      "file:///etc/passwd",
      "//x.y",
    ]) {
      expect(render(<Markdown text={`[x](${href})`} />).container.querySelector("a")).toBeNull();
    }
    const link = render(<Markdown text="[x](https://example.org/a)" />).container.querySelector("a");
    expect(link?.rel).toContain("noopener");
    expect(link?.target).toBe("_blank");
  });

  it("loads no pictures: they become links", () => {
    const { container } = render(<Markdown text="![a cat](https://example.org/cat.png)" />);
    expect(container.querySelector("img")).toBeNull();
    expect(container.querySelector("a")?.textContent).toBe("a cat");
  });

  it("shows lists, tables, code and quotes", () => {
    const { container } = render(
      <Markdown
        text={
          "# T\n\n1. a\n   - b\n\n- [x] done\n\n> q\n\n```py\nx < 1\n```\n\n| h |\n|---|\n| c |\n\n**s** _e_ ~~d~~ `k`"
        }
      />,
    );
    expect(container.querySelector("h2")?.textContent).toBe("T");
    expect(container.querySelector("ol li ul li")?.textContent).toBe("b");
    expect(container.querySelector("blockquote")?.textContent).toBe("q");
    expect(container.querySelector("[role='group'] code")?.textContent).toBe("x < 1");
    expect(container.querySelector("td")?.textContent).toBe("c");
    expect(container.querySelector("strong")?.textContent).toBe("s");
  });

  it("gives headings levels below the page's own, and skips none", () => {
    const { container } = render(<Markdown text={"### a\n\n##### b\n\n# c\n\n## d\n\n> # e"} />);
    const levels = [...container.querySelectorAll("h1,h2,h3,h4,h5,h6")].map(({ tagName }) => tagName);
    expect(levels).toEqual(["H2", "H3", "H2", "H3"]);
  });

  it("survives what no reader should be given", () => {
    expect(html(">".repeat(20_000)).length).toBeGreaterThan(0);
    expect(html("*".repeat(20_000)).length).toBeGreaterThan(0);
  });
});

const SAMPLE = `# Title

Some *text* with a [link](https://example.org) and
a second line.

1. one

   more of one
2. two
   - nested

\`\`\`ts
const a = 1;

const b = 2;
\`\`\`

| a | b |
|---|---|
| 1 | 2 |

> quote
> goes on

Setext
------

The end.
`;

describe("BlockLexer", () => {
  it("reads a text that grows by any steps as it reads it at once", () => {
    const whole = new BlockLexer().blocks(SAMPLE, true).map(({ type, raw }) => [type, raw]);
    for (const step of [1, 3, 7, 20, 64]) {
      const lexer = new BlockLexer();
      for (let end = step; end < SAMPLE.length; end += step) lexer.blocks(SAMPLE.slice(0, end), false);
      const grown = lexer.blocks(SAMPLE, false).map(({ type, raw }) => [type, raw]);
      expect(grown).toEqual(whole);
    }
  });

  it("keeps the objects of blocks that are settled", () => {
    const lexer = new BlockLexer();
    const before = lexer.blocks("one\n\ntwo\n\nthree\n\nfour", false);
    const after = lexer.blocks("one\n\ntwo\n\nthree\n\nfour and more", false);
    expect(after[0]).toBe(before[0]);
  });

  it("starts anew when the text is another one", () => {
    const lexer = new BlockLexer();
    lexer.blocks("one\n\ntwo\n\nthree", false);
    expect(lexer.blocks("other", false).map(({ raw }) => raw)).toEqual(["other"]);
  });
});

it("decodes character references, and leaves what is none", () => {
  expect(decoded("a &amp; b &lt;c&gt; &#65;&#x42; &nope; &#99999999; &")).toBe(
    "a & b <c> AB &nope; &#99999999; &",
  );
});
