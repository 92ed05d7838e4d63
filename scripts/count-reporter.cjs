// Mocha's spec report, plus the counts as JSON in a file, for the total that closes `npm test`.
const { writeFileSync } = require("node:fs");
const { reporters } = require("mocha");

module.exports = class CountReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once("end", () => {
      const { passes, failures, pending } = runner.stats;
      writeFileSync(
        options.reporterOption.file,
        JSON.stringify({ passed: passes, failed: failures, skipped: pending }),
      );
    });
  }
};
