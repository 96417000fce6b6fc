import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSettings } from '../../../../quickstart/controller/build-settings.js';
import type { Place } from '../../../../quickstart/place.js';

describe("quickstart's settings for builds", () => {
  const dir = mkdtempSync(join(tmpdir(), 'deis-build-settings-'));
  const place: Place = {
    root: '/opt/deis',
    instance: 'a1b2c3d4',
    dataDir: dir,
    profile: join(dir, 'client.json'),
    owner: null,
  };
  const own = join(dir, 'own.pem');
  before(() => writeFileSync(own, '-----OWN-----\n'));
  after(() => rmSync(dir, { recursive: true }));

  it('passes on the registry alone where npm needs no authority of its own', () => {
    assert.deepEqual(buildSettings(place, 'https://npm.example.com/', {}), {
      DEIS_NPM_REGISTRY: 'https://npm.example.com/',
    });
  });

  it("joins an operator's own authority to the host's", () => {
    const { DEIS_CA_BUNDLE: bundle } = buildSettings(place, 'https://npm.example.com/', {
      NODE_EXTRA_CA_CERTS: own,
    });
    assert.match(readFileSync(bundle!, 'utf8'), /-----OWN-----/);
  });

  it('leaves a bundle that was set, or an authority that is no file, alone', () => {
    for (const env of [
      { NODE_EXTRA_CA_CERTS: own, DEIS_CA_BUNDLE: '/etc/own.pem' },
      { NODE_EXTRA_CA_CERTS: join(dir, 'missing.pem') },
    ]) {
      assert.equal('DEIS_CA_BUNDLE' in buildSettings(place, 'https://npm.example.com/', env), false);
    }
  });
});
