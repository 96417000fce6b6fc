import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { recipeScript } from '../../../../provisioner/images/image-recipe.js';

const tools = ['sh', 'sleep', 'tail', 'cat'];

describe('the load of the stack image into a node image', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'deis-preload-'));
    mkdirSync(join(folder, 'bin'));
    mkdirSync(join(folder, 'engine'));
    for (const tool of tools) {
      const { stdout } = spawnSync('sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' });
      symlinkSync(stdout.trim(), join(folder, 'bin', tool));
    }
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const program = (name: string, text: string): void => {
    writeFileSync(join(folder, 'bin', name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(folder, 'bin', name), 0o755);
  };
  const load = (tries: number) =>
    spawnSync(
      '/bin/sh',
      [fileURLToPath(recipeScript('preload-stack.sh')), join(folder, 'engine'), `${tries}`],
      {
        env: { PATH: join(folder, 'bin') },
        encoding: 'utf8',
        timeout: 8_000,
      },
    );

  it('gives up on an engine that never answers, says so, and ends it', () => {
    program('dockerd', `echo $$ >'${folder}/pid'; exec sleep 60`);
    program('docker', 'echo Cannot connect >&2; exit 1');
    const { status, signal, stderr } = load(3);
    assert.deepEqual([status, signal], [1, null]);
    assert.match(stderr, /the engine does not answer: Cannot connect/);
    const pid = spawnSync('cat', [join(folder, 'pid')], { encoding: 'utf8' }).stdout.trim();
    assert.throws(() => process.kill(Number(pid), 0), { code: 'ESRCH' });
  });

  it('gives up at once on an engine that ends, with the end of its log', () => {
    program('dockerd', 'echo no overlay here; exit 1');
    program('docker', 'exit 1');
    const { status, stderr } = load(1_000_000);
    assert.equal(status, 1);
    assert.match(stderr, /the engine ended[^]*no overlay here/);
  });

  it('says what is missing in an image without the docker command', () => {
    program('dockerd', 'exec sleep 60');
    const { status, stderr } = load(3);
    assert.equal(status, 1);
    assert.match(stderr, /has no docker command/);
  });
});
