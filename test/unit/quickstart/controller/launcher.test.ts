import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  installLauncher,
  removeLauncher,
  removeProfile,
  shareProfile,
} from '../../../../quickstart/controller/launcher.js';
import { findPlace, type Place } from '../../../../quickstart/place.js';

describe('quickstart launcher', () => {
  let dir: string;
  let place: Place;
  let path: string;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'deis-launcher-'));
    place = {
      root: '/opt/deis',
      instance: 'a1b2c3d4',
      dataDir: join(dir, 'data'),
      profile: join(dir, 'home', '.deis', 'client.json'),
      owner: null,
    };
    path = join(dir, 'deis');
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  it('writes a launcher, finds it again and removes it', () => {
    assert.equal(installLauncher(place, path).command, 'deis');
    assert.equal(statSync(path).mode & 0o777, 0o755);
    assert.match(installLauncher(place, path).note, /is there/);
    assert.equal(removeLauncher(place, path), true);
    assert.equal(existsSync(path), false);
  });

  it("leaves somebody else's command, and another checkout's, alone", () => {
    installLauncher({ ...place, instance: 'ffffffff' }, path);
    const before = readFileSync(path, 'utf8');
    assert.match(installLauncher(place, path).command, /bin\/deis\.js$/);
    assert.equal(removeLauncher(place, path), false);
    assert.equal(readFileSync(path, 'utf8'), before);
  });

  it("shares its login, unless another controller's is there", () => {
    const profile = join(dir, 'client.json');
    writeFileSync(profile, JSON.stringify({ controller: 'http://127.0.0.1:8000' }));
    assert.match(shareProfile(place, profile, 'http://127.0.0.1:8000'), /logged in/);
    assert.equal(statSync(place.profile).mode & 0o777, 0o600);
    assert.equal(removeProfile(place), true);

    mkdirSync(dirname(place.profile), { recursive: true });
    writeFileSync(place.profile, JSON.stringify({ controller: 'https://deis.example.com' }));
    assert.match(shareProfile(place, profile, 'http://127.0.0.1:8000'), /stays.*DEIS_PROFILE/);
    assert.equal(removeProfile(place), false);
    assert.match(readFileSync(place.profile, 'utf8'), /deis\.example\.com/);
  });

  it('keeps its login in the file that DEIS_PROFILE names, and touches no other', () => {
    const named = join(dir, 'mine', 'other.json');
    const env = { DEIS_PROFILE: named, DEIS_INSTANCE: 'a1b2c3d4', DEIS_DATA_DIR: place.dataDir };
    const chosen = findPlace(env);
    assert.equal(chosen.profile, named);
    assert.match(findPlace({ ...env, DEIS_PROFILE: '' }).profile, /\/\.deis\/client\.json$/);
    const profile = join(dir, 'client.json');
    writeFileSync(profile, JSON.stringify({ controller: 'http://127.0.0.1:8000' }));
    assert.match(shareProfile(chosen, profile, 'http://127.0.0.1:8000'), /other\.json is logged in/);
    assert.equal(readFileSync(named, 'utf8'), readFileSync(profile, 'utf8'));
    assert.equal(existsSync(place.profile), false);
    assert.equal(removeProfile(chosen), true);
    assert.equal(existsSync(named), false);
    assert.match(shareProfile({ ...chosen, profile }, profile, 'http://127.0.0.1:8000'), /is logged in/);
    assert.equal(removeProfile({ ...chosen, profile }), false, 'its own is no copy');
  });
});
