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
      'install_node() { :; }\nruntime_title() { echo Node.js; }\nsay() { echo "$1"; }\ndetail() { echo "$1"; }\n' +
        'fail() { echo "$1" >&2; exit 1; }\n',
    );
    const script = readFileSync(join(folder, 'bin', 'compile'), 'utf8')
      .replace('. /build/lib.sh', `. ${library}`)
      .replace('folder=$(dirname "$(dirname "$0")")', `folder=${folder}`);
    return execFileSync('bash', ['-c', script, 'compile', join(dir, 'app')], {
      encoding: 'utf8',
      stdio: 'pipe',
    });
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

  it('serves the folder of static.json, else public_html of a site that lies there', () => {
    mkdirSync(join(dir, 'app', 'public_html'));
    for (const name of ['a', 'b']) writeFileSync(join(dir, 'app', 'public_html', name), '');
    assert.match(compile(), /^There is no index\.html in public_html: \/ answers 404\nServing 2 files/m);
    mkdirSync(join(dir, 'app', 'dist'));
    writeFileSync(join(dir, 'app', 'static.json'), '\uFEFF{"root":"dist/"}');
    assert.match(compile(), /^There is no index\.html in dist\/: \/ answers 404\nServing 0 files/m);
    writeFileSync(join(dir, 'app', 'static.json'), '{"root":"gone"}');
    assert.throws(compile, /there is no folder gone/);
  });
});
