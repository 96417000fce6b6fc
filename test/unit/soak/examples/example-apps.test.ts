import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { exampleApps, examplesOf } from '../../../../soak/examples/example-apps.js';
import { projectRoot } from '../../../support/source/source-imports.js';

const names = (day: string, rotation?: string): string[] =>
  examplesOf(new Date(day), rotation).map(({ name }) => name);
const always = exampleApps.filter(({ when }) => when === 'always').map(({ name }) => name);
const byTurns = exampleApps.filter(({ when }) => when === 'by turns').map(({ name }) => name);

describe('the apps of examples/', () => {
  it('are all deployed by a test', () => {
    const folders = readdirSync(join(projectRoot, 'examples'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
      // Not apps; and one that needs a database, which the test of cookbooks deploys.
      .filter((name) => !['cookbooks', 'monitoring', 'node-guestbook', 'planes'].includes(name));
    assert.deepEqual(exampleApps.map(({ name }) => name).sort(), folders.sort());
    const cookbooks = readFileSync(join(projectRoot, 'test', 'acceptance', 'cookbooks.test.ts'), 'utf8');
    assert.ok(cookbooks.includes("startApp('node-guestbook')"));
  });

  it('with a test of their own are pushed there', () => {
    for (const { name, when } of exampleApps) {
      if (typeof when === 'string') continue;
      const file = join(projectRoot, 'test', 'acceptance', `${when.test}.test.ts`);
      assert.ok(existsSync(file) && readFileSync(file, 'utf8').includes(`startApp('${name}')`), name);
    }
  });

  it('take turns where they build long, one a day of UTC, and all come round', () => {
    const days = byTurns.map((_, index) => `2026-12-${String(index + 10)}T23:59:59Z`);
    const turns = days.map((day) => names(day).filter((name) => byTurns.includes(name)));
    assert.deepEqual(turns.flat().sort(), [...byTurns].sort());
    for (const day of days)
      assert.deepEqual(
        names(day).filter((name) => always.includes(name)),
        always,
      );
    assert.deepEqual(names('2026-11-29T00:00:00Z'), names('2026-11-29T23:59:59Z'));
  });

  it('are chosen by name, or all of them', () => {
    assert.deepEqual(
      names('2026-11-29', 'all'),
      exampleApps.map(({ name }) => name),
    );
    assert.deepEqual(names('2026-11-29', 'java-hello'), [
      ...exampleApps.map(({ name }) => name).filter((name) => name === 'java-hello' || always.includes(name)),
    ]);
    assert.throws(
      () => names('2026-11-29', 'cobol'),
      /^UserError: cobol is not a valid TEST_ROTATION: expected all, or one of django-hello, java-hello/,
    );
  });
});
