import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../../../support/source/source-imports.js';

describe('the static buildpack', () => {
  const folder = join(projectRoot, 'server', 'builder', 'buildpacks', 'static');
  let dir: string;

  /** Its own script, with what says and installs taken from a file of ours. */
  const compile = (): string => {
    const library = join(dir, 'lib.sh');
    writeFileSync(
      library,
      'install_node() { :; }\nruntime_title() { echo Node.js; }\nsay() { echo "$1"; }\ndetail() { echo "$1"; }\n',
    );
    const script = readFileSync(join(folder, 'bin', 'compile'), 'utf8')
      .replace('. /build/lib.sh', `. ${library}`)
      .replace('folder=$(dirname "$(dirname "$0")")', `folder=${folder}`);
    return execFileSync('bash', ['-c', script, 'compile', join(dir, 'app')], { encoding: 'utf8' });
  };

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'deis-static-'));
    mkdirSync(join(dir, 'app'));
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  it('says how many files it serves', () => {
    const write = (name: string): void => writeFileSync(join(dir, 'app', name), '');
    assert.match(compile(), /^Serving 0 files with Node\.js$/m);
    write('index.html');
    assert.match(compile(), /^Serving 1 file with Node\.js$/m);
    write('style.css');
    assert.match(compile(), /^Serving 2 files with Node\.js$/m);
  });
});
