import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { changed, chosenImages, startedFrom } from '../../../../quickstart/controller/ensure-controller.js';
import type { Place } from '../../../../quickstart/place.js';

describe("the quickstart's running controller", () => {
  const dir = mkdtempSync(join(tmpdir(), 'deis-started-from-'));
  const place: Place = {
    root: '/opt/deis',
    instance: 'a1b2c3d4',
    dataDir: dir,
    profile: join(dir, 'client.json'),
    owner: null,
  };
  const note = join(dir, 'started-from.json');
  afterEach(() => rmSync(note, { force: true }));
  after(() => rmSync(dir, { recursive: true }));

  const wanted = { build: 'b1', suite: 'bookworm' };
  for (const [from, why] of [
    [wanted, []],
    [{ ...wanted, build: 'b0' }, ['it is of an older build']],
    [{ ...wanted, suite: 'trixie' }, ['its images were trixie and are bookworm now']],
    [null, ['what it was started from is not known']],
  ] as const) {
    it(`is ${why.length === 0 ? 'kept' : `restarted, because ${why[0]}`}`, () =>
      assert.deepEqual(changed(from, wanted), why));
  }

  it('keeps the suite that it was started for, unless the environment names another', () => {
    assert.equal(chosenImages(place, {}).suite, 'bookworm');
    writeFileSync(note, JSON.stringify({ build: 'b1', suite: 'trixie' }));
    assert.equal(chosenImages(place, {}).suite, 'trixie');
    assert.equal(chosenImages(place, { DEIS_SUITE: 'bookworm' }).suite, 'bookworm');
  });

  it('is not known by a note that was cut off', () => {
    writeFileSync(note, '{"build":');
    assert.equal(startedFrom(place), null);
    assert.equal(chosenImages(place, {}).suite, 'bookworm');
  });
});
