// What VS Code loads as `extensionTestsPath`: runs bundled suites, those beside this file unless told otherwise, in the
// extension host.
import { appendFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { format } from "node:util";
import Mocha from "mocha";

/// Resolves when all suites passed; VS Code turns a rejection into a failing exit code.
export async function run(): Promise<void> {
  // Unset when a debugger starts the suites: then they report to its console.
  const {
    TOKENSIEVE_TEST_REPORT: file,
    TOKENSIEVE_TEST_OUTPUT: output,
    TOKENSIEVE_TEST_GREP: grep,
    TOKENSIEVE_TEST_FOLDER: folder = __dirname,
  } = process.env;
  if (output !== undefined) {
    const print = (...args: unknown[]) => appendFileSync(output, `${format(...args)}\n`);
    // Typed as read-only, though it exists to be replaced.
    Object.assign(Mocha.reporters.Base, { consoleLog: print });
  }
  const mocha = new Mocha({
    timeout: 60_000,
    color: process.env.TOKENSIEVE_TEST_COLOR === "1",
    ...(grep === undefined ? {} : { grep }),
    ...(file === undefined
      ? {}
      : {
          reporter: join(process.env.TOKENSIEVE_ROOT ?? "", "scripts/count-reporter.cjs"),
          reporterOptions: { file },
        }),
  });
  for (const name of readdirSync(folder).sort()) {
    if (/\.(test|bench)\.cjs$/.test(name)) mocha.addFile(join(folder, name));
  }
  await mocha.loadFilesAsync();
  const failures = await new Promise<number>((resolve) => {
    mocha.run(resolve);
  });
  if (failures > 0) throw new Error(`${failures} integration tests failed`);
}
