import { afterEach, beforeEach } from 'mocha';

/**
 * Ends the suite that calls this at its first failed test: each step of a story stands on the one before, and
 * what fails after a failure says nothing new. Mocha's own `bail` would also end it for a failure of another
 * file.
 */
export function bailWithin(): void {
  let failed: string | undefined;
  afterEach(function () {
    if (this.currentTest?.state === 'failed') failed ??= this.currentTest.title;
  });
  beforeEach(() => {
    if (failed !== undefined) throw new Error(`the steps after "${failed}" were left out, since it failed`);
  });
}
