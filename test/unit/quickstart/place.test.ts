import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { neighbours } from '../../../quickstart/place.js';

describe("the quickstart's neighbours", () => {
  let beside: string;
  beforeEach(() => (beside = mkdtempSync(join(tmpdir(), 'deis-place-'))));
  afterEach(() => rmSync(beside, { recursive: true }));

  it('are other clones that have started a controller here', () => {
    for (const name of ['quickstart-0badcafe', 'quickstart-aaaaaaaa', 'quickstart-shop', 'backups']) {
      mkdirSync(join(beside, name));
      writeFileSync(join(beside, name, 'started-from.json'), '{}');
    }
    mkdirSync(join(beside, 'quickstart-bbbbbbbb'));
    const place = { instance: '0badcafe', dataDir: join(beside, 'quickstart-0badcafe') };
    assert.deepEqual(neighbours(place), ['aaaaaaaa']);
  });

  it('are none where there is nothing yet', () => {
    assert.deepEqual(
      neighbours({ instance: '0badcafe', dataDir: join(beside, 'none', 'quickstart-0badcafe') }),
      [],
    );
  });
});
