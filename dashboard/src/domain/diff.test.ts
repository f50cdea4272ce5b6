import { describe, expect, it } from "vitest";
import { diffLines } from "./diff";

const DIFF = `diff --git a/src/a.py b/src/a.py
index 1..2 100644
--- a/src/a.py
+++ b/src/a.py
@@ -1,3 +1,3 @@
 one
--- two
+++ three
\\ No newline at end of file
diff --git a/logo.png b/logo.png
index 3..4 100644
Binary files a/logo.png and b/logo.png differ
`;

describe("a unified diff", () => {
  it("is read line by line; what looks like a head inside of a place is none", () => {
    expect(diffLines(DIFF)).toEqual([
      { kind: "file", text: "src/a.py" },
      { kind: "place", text: "@@ -1,3 +1,3 @@" },
      { kind: "same", text: "one" },
      { kind: "removed", text: "-- two" },
      { kind: "added", text: "++ three" },
      { kind: "same", text: " No newline at end of file" },
      { kind: "file", text: "logo.png" },
      { kind: "same", text: "Binary files a/logo.png and b/logo.png differ" },
    ]);
  });

  it("of nothing is nothing", () => {
    expect(diffLines("")).toEqual([]);
  });
});
