import assert from 'node:assert/strict';
import { cpSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { LiveFormation } from '../bench/live-formation.js';
import { waitUntil } from '../base/wait-until.js';
import { prepareImager } from '../test/support/nodes/docker-machine.js';
import { askAnew } from '../test/support/server/ask-anew.js';
import { projectRoot } from '../test/support/source/source-imports.js';
import { exampleApps, type ExampleApp } from './examples/example-apps.js';
import type { Soak } from './soak.js';

/** `[NAME...]`, default all of them. */
export const soak: Soak = {
  about: 'every app of examples/ is pushed as it is, and asked for its page',
  run: async ({ args, talk }) => {
    const chosen = exampleApps.filter(({ name }) => args.length === 0 || args.includes(name));
    const formation = await startExamples();
    try {
      for (const example of chosen) await deployExample(formation, example, talk);
    } finally {
      await formation.close();
    }
  },
};

/** Nodes for examples, one after the other. */
export async function startExamples(): Promise<LiveFormation> {
  await prepareImager();
  return LiveFormation.start('static-site', ['runtime=1', 'proxy=1']);
}

/**
 * Pushes an example with no file changed, and waits for its page or its lines. @throws AssertionError when it
 * says something else
 */
export async function deployExample(
  { developer, urls }: LiveFormation,
  { name, page, logs, says }: ExampleApp,
  talk: (line: string) => void,
): Promise<void> {
  const began = performance.now();
  for (const entry of readdirSync(developer.app))
    if (entry !== '.git') rmSync(join(developer.app, entry), { recursive: true });
  cpSync(join(projectRoot, 'examples', name), developer.app, { recursive: true });
  await developer.git(['add', '-A']);
  await developer.git(['commit', '-q', '--allow-empty', '-m', `Be ${name}`]);
  const { all } = await developer.git(['push', 'deis', 'master']);
  for (const said of says) assert.match(all, said);
  if (page !== undefined) {
    const answer = await askAnew(urls[0]!);
    const text = await answer.text();
    assert.equal(answer.status, 200, text);
    assert.match(text, page);
  }
  if (logs !== undefined) {
    await developer.deis(['scale', `${logs.type}=1`]);
    const logged = async (): Promise<true | undefined> =>
      logs.line.test((await developer.deis(['logs', '-n', '1000'])).stdout) ? true : undefined;
    await waitUntil(logged, { deadlineMs: 30_000, intervalMs: 500, what: `a line of ${name}` });
  }
  talk(`${name}: ${((performance.now() - began) / 1000).toFixed(1)} s`);
}
