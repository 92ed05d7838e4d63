import assert from "node:assert/strict";
import { startOfRepetition } from "./repetition.ts";

describe("startOfRepetition", () => {
  const check = (before: string, completion: string, ended: boolean, expected: string | undefined) =>
    it(`${JSON.stringify(before)} + ${JSON.stringify(completion)}${ended ? ", ended" : ""}`, () => {
      const at = startOfRepetition(before, completion, ended);
      assert.equal(at === undefined ? undefined : completion.slice(0, at), expected);
    });
  const path = "import * as path from 'path';";
  check("", "", true, undefined);
  check("import * as path from", " 'path';", true, undefined);
  check("import * as path from", ` 'path';\n${path}\n`, false, " 'path';");
  check("import * as path from", ` 'path';\n${path}`, false, undefined);
  check("import * as path from", ` 'path';\n${path}`, true, " 'path';");
  check("import * as path from", ` 'path';\n  ${path}\nx`, false, " 'path';");
  // Cut off by the end of the tokens.
  check("import * as path from", " 'path';\nimport * as pa", true, " 'path';");
  check("import * as path from", " 'path';\nimport * as os", true, undefined);
  check("import * as path from", " 'path';\n", true, undefined);
  // The line that the cursor is in, of a line before.
  check(`${path}\nimport * as`, " path from 'path';\nnext", false, "");
  check(`${path}\n\nimport * as`, " path from 'path';", true, "");
  check(`${path}\n`, `${path}\n`, false, "");
  // A passage of several lines.
  check("", "if (isIt) {\n  go();\n}\nif (isIt) {\n  go();\n}\n", false, "if (isIt) {\n  go();\n}");
  check("if (isIt) {\n  go();\n}\n", "if (isIt) {\n  go();\n}\n", false, "");
  check("", "aa();\nif (isIt) {\n  go();\n}\nif (isIt) {\n  stop();\n}\n", false, undefined);
  // Short lines come twice.
  check("}\n", "}\n}\n", false, undefined);
  check("", "  },\n  },\n", false, undefined);
  check("", "1, 2, 3, 4, 5\n1, 2, 3, 4, 5\n", false, undefined);
});
