import { it } from 'mocha';

const answerMs = 10_000;

/** Why a registry cannot be reached from here; undefined when it answers. */
export async function whyUnreachable(url: string): Promise<string | undefined> {
  return fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(answerMs) }).then(
    ({ ok, status }) => (ok ? undefined : `${url} answers ${status}`),
    (error: Error) => `${url} cannot be reached: ${String(error.cause ?? error)}`,
  );
}

/**
 * A test that needs a registry: where that cannot be reached it is skipped, and its title says why. Each has
 * a sibling that needs none. This is the one place that skips.
 * @param why asked when the test begins
 */
export function itOnline(why: () => string | undefined, title: string, test: () => Promise<void>): void {
  it(title, async function () {
    const reason = why();
    if (reason !== undefined) {
      this.test!.title += ` (skipped: ${reason})`;
      this.skip();
    }
    await test();
  });
}
