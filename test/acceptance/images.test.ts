import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { Readable } from 'node:stream';
import type { HostPackages } from '../../provisioner/images/host/host-packages.js';
import { buildFileSystems } from '../../provisioner/images/build-file-systems.js';
import { findImage } from '../../provisioner/images/built-image.js';
import { findImages } from '../../provisioner/images/ensure-images.js';
import { readHostPackages } from '../../provisioner/images/host/host-packages.js';
import { holdBuildLock } from '../../provisioner/images/host/hold-lock.js';
import { stackRecipe, type ImageRecipe } from '../../provisioner/images/image-recipe.js';
import { importImage } from '../../provisioner/images/import-image.js';
import { installPackages } from '../../provisioner/images/host/install-packages.js';
import { waitUntil } from '../../base/wait-until.js';
import { prepareMachine, type Machine } from '../support/nodes/docker-machine.js';

const buildFolders = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('deis-images-'));
const processes = (): string[] =>
  execFileSync('ps', ['axo', 'args'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes('build-images.sh'));
const swallow = async (_recipe: ImageRecipe, tar: NodeJS.ReadableStream): Promise<void> => {
  for await (const chunk of tar) void chunk;
};

describe('the images', function () {
  this.timeout(120_000);
  let machine: Machine;

  before(async function () {
    this.timeout(600_000);
    machine = await prepareMachine();
    await installPackages([{ name: 'mmdebstrap', why: 'the tests break a build' }]);
  });

  it('are found again by their recipe, without a build', async () => {
    const started = performance.now();
    assert.deepEqual(await findImages(machine.docker), { stack: machine.stack, node: machine.node });
    assert.ok(performance.now() - started < 30_000);
  });

  it('carry the hash of their recipe and their kind', async () => {
    const recipe = await stackRecipe(await readHostPackages());
    const { Config } = await machine.docker.getImage(machine.stack.id).inspect();
    assert.deepEqual([Config.Labels?.['deis.recipe'], Config.Labels?.['deis.kind']], [recipe.hash, 'stack']);
  });

  it('take back their name from a checkout with another recipe', async () => {
    const recipe = await stackRecipe(await readHostPackages());
    await machine.docker
      .getImage(machine.node.id)
      .tag({ repo: 'deis/stack', tag: recipe.name.split(':')[1]! });
    assert.notEqual((await machine.docker.getImage(recipe.name).inspect()).Id, machine.stack.id);
    assert.deepEqual(await findImage(machine.docker, recipe), machine.stack);
    assert.equal((await machine.docker.getImage(recipe.name).inspect()).Id, machine.stack.id);
  });

  it('do not pass for finished when their import was cut off', async () => {
    const recipe: ImageRecipe = { ...(await stackRecipe(await readHostPackages())), hash: 'f'.repeat(64) };
    const id = await importImage(machine.docker, Readable.from([Buffer.alloc(1024)]), [
      `LABEL deis.recipe=${recipe.hash}`,
    ]);
    try {
      assert.equal(await findImage(machine.docker, recipe), undefined);
    } finally {
      await machine.docker.getImage(id).remove();
    }
  });

  it('give a clear error and leave nothing when the mirror has no packages', async () => {
    const host: HostPackages = {
      ...(await readHostPackages()),
      sources: [{ name: 'broken.list', text: 'deb http://127.0.0.1:9/debian bookworm main\n' }],
    };
    const before = buildFolders();
    await assert.rejects(
      buildFileSystems([await stackRecipe(host)], host, swallow, {}),
      /building deis\/stack:\w+ failed; [\s\S]*127\.0\.0\.1:9/,
    );
    assert.deepEqual(buildFolders(), before);
  });

  it('leave neither process nor folder when their build is cancelled', async () => {
    const host = await readHostPackages();
    const before = { folders: buildFolders(), processes: processes().length };
    const abort = new AbortController();
    const onProgress = (): void => abort.abort(new Error('enough'));
    await assert.rejects(
      buildFileSystems([await stackRecipe(host)], host, swallow, { onProgress, signal: abort.signal }),
      /enough/,
    );
    assert.deepEqual(buildFolders(), before.folders);
    await waitUntil(async () => (processes().length <= before.processes ? true : undefined), {
      deadlineMs: 10_000,
      intervalMs: 100,
      what: 'the build to end',
    });
  });

  it('are built by one at a time: the second waits, and says so', async () => {
    const order: string[] = [];
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const first = holdBuildLock(
      async () => {
        order.push('first');
        await held;
        order.push('first ends');
      },
      { onWait: () => undefined },
    );
    await waitUntil(async () => (order.length > 0 ? true : undefined), {
      deadlineMs: 60_000,
      intervalMs: 10,
      what: 'the lock',
    });
    const second = holdBuildLock(async () => void order.push('second'), {
      onWait: () => {
        order.push('second waits');
        release();
      },
    });
    await Promise.all([first, second]);
    assert.deepEqual(order, ['first', 'second waits', 'first ends', 'second']);
  });

  it('lose a wait for the lock that is cancelled, without its work', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const first = holdBuildLock(() => held, { onWait: () => undefined });
    await assert.rejects(
      holdBuildLock(async () => assert.fail('worked'), {
        onWait: () => undefined,
        signal: AbortSignal.timeout(700),
      }),
      { name: 'TimeoutError' },
    );
    release();
    await first;
  });
});
