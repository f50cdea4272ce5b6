// Fails when what a browser must load before the page appears has grown over its limits (gzipped).
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const LIMIT_KB = { js: 170, css: 30 };

const dist = new URL("../dist/", import.meta.url);
const html = readFileSync(new URL("index.html", dist), "utf8");
const files = new Set(
  [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+\.(?:js|css))"/g)].map((match) => match[1]),
);

const sizes = { js: 0, css: 0 };
for (const file of files) {
  sizes[file.endsWith(".js") ? "js" : "css"] += gzipSync(readFileSync(new URL(file, dist)), {
    level: 9,
  }).length;
}
for (const [kind, bytes] of Object.entries(sizes)) {
  const kb = bytes / 1000;
  console.log(`initial ${kind}: ${kb.toFixed(1)} kB gzipped of ${LIMIT_KB[kind]} kB`);
  if (bytes === 0)
    throw new Error(`index.html names no ${kind} file: is this check still looking at the right thing?`);
  if (kb > LIMIT_KB[kind])
    throw new Error(`initial ${kind} is over its limit; load what a first visit does not need lazily`);
}
