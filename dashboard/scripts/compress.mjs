// Puts a gzipped copy beside each built file that gains from it: the machine sends it as it is, and compresses nothing.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const SMALLEST = 1024;

const assets = new URL("../dist/assets/", import.meta.url);
for (const name of readdirSync(assets)) {
  if (!/\.(?:js|css|svg)$/.test(name)) continue;
  const content = readFileSync(new URL(name, assets));
  if (content.length >= SMALLEST)
    writeFileSync(new URL(`${name}.gz`, assets), gzipSync(content, { level: 9 }));
}
