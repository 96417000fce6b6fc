import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import Mocha from 'mocha';

const { EVENT_RUN_END, EVENT_SUITE_BEGIN, EVENT_SUITE_END, EVENT_TEST_FAIL } = Mocha.Runner.constants;

/** How long what the tests left behind may keep the process alive. */
const patienceMs = 20_000;

/**
 * What keeps the process after its last test is a fault of a test, and must not look like one that still
 * runs.
 */
function endForced() {
  const kept = process.getActiveResourcesInfo().join(', ');
  console.error(
    `failed: something still kept the tests' process ${patienceMs / 1000} s after their end: ${kept}`,
  );
  isForced = true;
  process.exit();
}

let isForced = false;

/**
 * Listens after mocha, whose own listener sets the exit code, 0 where no test failed. Leaves at once: where Node.js
 * takes its environment apart first, it may spin for ever on what a child process left half closed.
 */
function leave() {
  if (isForced) process.exitCode ||= 1;
  process.exit();
}

/**
 * Mocha's spec reporter, ending with one plain line `N passed, N failed, N skipped`. With TEST_SUMMARY set it
 * writes its counts, failures and the seconds of each file there as JSON instead: bin/test.mjs then says the
 * line for all of its lanes.
 */
export default class PlainReporter extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const [seconds, failures, begun] = [{}, [], new Map()];
    runner.on(EVENT_SUITE_BEGIN, (suite) => begun.set(suite, Date.now()));
    runner.on(EVENT_SUITE_END, (suite) => {
      if (suite.file === undefined || suite.parent?.root !== true) return;
      const file = relative(process.cwd(), suite.file);
      seconds[file] = (seconds[file] ?? 0) + (Date.now() - begun.get(suite)) / 1000;
    });
    runner.on(EVENT_TEST_FAIL, (test, error) =>
      failures.push({ title: test.fullTitle(), message: String(error?.stack ?? error) }),
    );
    runner.once(EVENT_RUN_END, () => {
      const { passes, failures: failed, pending } = this.stats;
      const target = process.env.TEST_SUMMARY;
      if (target === undefined)
        process.stdout.write(`${passes} passed, ${failed} failed, ${pending} skipped\n`);
      else
        writeFileSync(
          target,
          JSON.stringify({ passed: passes, failed, skipped: pending, failures, seconds }),
        );
      setImmediate(() => process.on('exit', leave));
      setTimeout(endForced, patienceMs).unref();
    });
  }
}
