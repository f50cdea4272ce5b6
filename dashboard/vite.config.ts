import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import type { Plugin, ProxyOptions } from "vite";
import { defineConfig } from "vitest/config";

const machine = process.env.MACHINE_URL ?? "http://127.0.0.1:8080";

/**
 * The stored choice of light or dark has to be known before the first paint, and the page's policy allows no script
 * inside the page: so `src/theme.js` becomes a small file of its own that stands before everything else.
 */
function themeFirst(): Plugin {
  let isBuild = false;
  return {
    name: "theme-first",
    configResolved({ command }) {
      isBuild = command === "build";
    },
    buildStart() {
      if (!isBuild) return;
      const source = readFileSync(new URL("src/theme.js", import.meta.url), "utf8");
      this.emitFile({ type: "asset", name: "theme.js", source });
    },
    transformIndexHtml(_html, { server, bundle }) {
      const built = Object.values(bundle ?? {}).find(
        (file) => file.type === "asset" && file.names[0] === "theme.js",
      );
      if (!server && !built) throw new Error("theme.js was not built");
      const src = `/${built?.fileName ?? "src/theme.js"}`;
      return [{ tag: "script", attrs: { src }, injectTo: "head-prepend" }];
    },
  };
}

type Files = Plugin & { nameOf(id: string): string | null };

/**
 * All that the first visit needs as one file, and what a task's page needs beside that as another. Left alone, each
 * small module that a page loaded later needs as well becomes a file of its own: twenty requests before anything is
 * painted, six at a time.
 */
function inFiles(): Files {
  const TASK_PAGE = fileURLToPath(new URL("src/task/task-page.tsx", import.meta.url));
  const names = new Map<string, string>();
  return {
    name: "in-files",
    nameOf: (id) => names.get(id) ?? null,
    buildEnd() {
      names.clear();
      const take = (name: string, left: string[]) => {
        for (let id = left.pop(); id !== undefined; id = left.pop()) {
          if (names.has(id)) continue;
          names.set(id, name);
          left.push(...(this.getModuleInfo(id)?.importedIds ?? []));
        }
      };
      const all = [...this.getModuleIds()];
      take(
        "first",
        all.filter((id) => this.getModuleInfo(id)?.isEntry),
      );
      take("task", [TASK_PAGE]);
    },
  };
}

const files = inFiles();

/** The daemon answers only to its own address, so both Host and Origin say that address. */
const proxy: ProxyOptions = {
  target: machine,
  changeOrigin: true,
  headers: { origin: new URL(machine).origin },
};

export default defineConfig({
  plugins: [react(), tailwindcss(), themeFirst(), files],
  // The daemon puts the nonce of each response here (machine/api/pages.py).
  html: { cspNonce: "__CSP_NONCE__" },
  // Fonts and pictures stay files: the page's policy allows no `data:` fonts.
  // What a first visit loads is watched by scripts/size.mjs, gzipped.
  build: {
    assetsInlineLimit: 0,
    target: "es2023",
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      output: { codeSplitting: { groups: [{ name: files.nameOf }] } },
    },
  },
  server: {
    host: "127.0.0.1",
    proxy: { "/api": proxy, "/ws": { ...proxy, ws: true } },
  },
  test: { include: ["src/**/*.test.{ts,tsx}"] },
});
