// Makes src/api/schema.d.ts from the program's OpenAPI document; with --check it only says whether it is up to date.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import openapiTS, { astToString } from "openapi-typescript";

const root = new URL("../../", import.meta.url);
const target = new URL("../src/api/schema.d.ts", import.meta.url);
const venv = new URL(".venv/bin/python", root);
const python = process.env.PYTHON ?? (existsSync(venv) ? venv.pathname : "python3");

const json = execFileSync(python, [new URL("scripts/openapi.py", root).pathname], {
  maxBuffer: 64 * 2 ** 20,
});
const ast = await openapiTS(JSON.parse(json.toString()), { alphabetize: true });
const text = `// Made by \`npm run types\` from the program's OpenAPI document. Do not edit.\n\n${astToString(ast)}`;

if (!process.argv.includes("--check")) {
  writeFileSync(target, text);
} else if (!existsSync(target) || readFileSync(target, "utf8") !== text) {
  console.error("src/api/schema.d.ts does not fit the program any more. Run: npm run types");
  process.exit(1);
}
