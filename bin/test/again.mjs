// A test file that failed beside others runs once more by itself: whether it then fails tells a fault of the code from
// one that needs company. Either is a bug; the second is said as `flaky`, with what failed, and does not hide others.

/** More files than these fail for a reason that they share. */
const most = 3;

/**
 * @param summaries of lanes; null of one that broke off
 * @returns the files to run once more: none where a lane broke off, too many failed, or a failure has no file
 */
export function filesAgain(summaries) {
  if (summaries.includes(null)) return [];
  const failed = summaries.flatMap(({ failures }) => failures.map(({ file }) => file));
  const files = [...new Set(failed)];
  return files.includes(undefined) || files.length > most ? [] : files;
}

/**
 * What counts after files ran once more: their second run, in place of their first.
 *
 * @param again summary of the second run; null when it broke off: the first one counts
 * @returns `summaries`, and `flaky`: the failures that did not come again, `{title, message}`
 */
export function afterAgain(summaries, again) {
  if (again === null) return { summaries, flaky: [] };
  const isAgain = (file) => file in again.files;
  const first = summaries.map((summary) => {
    const counts = Object.entries(summary.files).filter(([file]) => isAgain(file));
    const without = (field) => counts.reduce((left, [, of]) => left - of[field], summary[field]);
    return {
      ...summary,
      passed: without('passed'),
      failed: without('failed'),
      skipped: without('skipped'),
      failures: summary.failures.filter(({ file }) => !isAgain(file)),
    };
  });
  const failedAgain = new Set(again.failures.map(({ title }) => title));
  const flaky = summaries
    .flatMap(({ failures }) => failures)
    .filter(({ title, file }) => isAgain(file) && !failedAgain.has(title));
  return { summaries: [...first, again], flaky };
}
