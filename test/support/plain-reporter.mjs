import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import Mocha from 'mocha';

const {
  EVENT_RUN_END,
  EVENT_SUITE_BEGIN,
  EVENT_SUITE_END,
  EVENT_TEST_FAIL,
  EVENT_TEST_PASS,
  EVENT_TEST_PENDING,
} = Mocha.Runner.constants;

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

/** The test file of a test, or of a hook, which knows only where it stands. */
function fileOf(runnable) {
  for (let at = runnable; at !== undefined; at = at.parent)
    if (at.file !== undefined) return relative(process.cwd(), at.file);
  return undefined;
}

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
 * writes its counts, in all and of each file that failed or passed, failures and the seconds of each file there as JSON
 * instead: bin/test.mjs then says the line for all of its lanes.
 */
export default class PlainReporter extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const [seconds, failures, files, begun] = [{}, [], {}, new Map()];
    const count = (test, result) => {
      const file = fileOf(test);
      if (file === undefined) return;
      files[file] ??= { passed: 0, failed: 0, skipped: 0 };
      files[file][result] += 1;
    };
    runner.on(EVENT_TEST_PASS, (test) => count(test, 'passed'));
    runner.on(EVENT_TEST_PENDING, (test) => count(test, 'skipped'));
    runner.on(EVENT_SUITE_BEGIN, (suite) => begun.set(suite, Date.now()));
    runner.on(EVENT_SUITE_END, (suite) => {
      if (suite.file === undefined || suite.parent?.root !== true) return;
      const file = relative(process.cwd(), suite.file);
      seconds[file] = (seconds[file] ?? 0) + (Date.now() - begun.get(suite)) / 1000;
    });
    runner.on(EVENT_TEST_FAIL, (test, error) => {
      count(test, 'failed');
      failures.push({
        title: test.fullTitle(),
        message: String(error?.stack ?? error),
        file: fileOf(test),
      });
    });
    runner.once(EVENT_RUN_END, () => {
      const { passes, failures: failed, pending } = this.stats;
      const target = process.env.TEST_SUMMARY;
      if (target === undefined)
        process.stdout.write(`${passes} passed, ${failed} failed, ${pending} skipped\n`);
      else
        writeFileSync(
          target,
          JSON.stringify({ passed: passes, failed, skipped: pending, failures, seconds, files }),
        );
      setImmediate(() => process.on('exit', leave));
      setTimeout(endForced, patienceMs).unref();
    });
  }
}
