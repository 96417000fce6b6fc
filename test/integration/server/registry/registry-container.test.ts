import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { execa } from 'execa';
import tarStream from 'tar-stream';
import type { Secret } from '../../../../base/secret.js';
import { importImage } from '../../../../provisioner/images/import-image.js';
import { askRegistry, registryAnswers } from '../../../../server/registry/ask-registry.js';
import { makeAuthority } from '../../../../server/registry/key-pair.js';
import { sweep } from '../../../support/nodes/docker-machine.js';
import { LocalRegistry } from '../../../support/server/local-registry.js';

describe('the registry', function () {
  this.timeout(60_000);
  const instance = randomBytes(4).toString('hex');
  const folder = mkdtempSync(join(tmpdir(), 'deis-registry-test-'));
  const repository = `peachy-${instance}`;
  const tags = `${repository}/tags/list`;
  let registry: LocalRegistry;
  let imageId = '';

  before(async function () {
    this.timeout(600_000);
    registry = await LocalRegistry.start({ instance, folder });
    const labels = ['LABEL deis.test=registry'];
    imageId = await importImage(registry.docker, oneFile(randomBytes(200_000)), labels);
  });

  after(async () => {
    await registry.docker.getImage(imageId).remove({ force: true });
    await registry.container.stop();
    await sweep(instance);
    rmSync(folder, { recursive: true, force: true });
  });

  const nameOf = (tag: string): string => `127.0.0.1:${registry.address.port}/${repository}:${tag}`;
  const tag = (as: string): Promise<void> =>
    registry.docker.getImage(imageId).tag({ repo: nameOf(as).replace(/:\w+$/, ''), tag: as });
  const ask = async (path: string, by?: Secret): Promise<number> => {
    const question = { method: 'GET', path, ...(by && { token: by }) } as const;
    return (await askRegistry(registry.address, question)).status;
  };
  /** What Docker's own program says of it, signed in as nodes are. */
  const dockerSays = async (by: Secret, ...args: string[]): Promise<{ failed: boolean; all: string }> => {
    const config = mkdtempSync(join(folder, 'config-'));
    const auths = { [`127.0.0.1:${registry.address.port}`]: { registrytoken: by.reveal() } };
    writeFileSync(join(config, 'config.json'), JSON.stringify({ auths }), { mode: 0o600 });
    const { failed, all } = await execa('docker', ['--config', config, ...args], {
      all: true,
      reject: false,
      timeout: 30_000,
    });
    return { failed, all };
  };

  it('proves who it is by the authority, and lets nobody in without a token', async () => {
    const { port, authority } = registry.address;
    assert.equal(await registryAnswers({ host: '127.0.0.1', port, authority }), true);
    assert.equal(
      await registryAnswers({ host: '127.0.0.1', port, authority: registry.tokens.certificate }),
      false,
    );
    assert.deepEqual([await ask(''), await ask(tags), await ask('_catalog')], [401, 401, 401]);
  });

  it('takes an image from who may push, sends nothing twice, and gives it to who may pull', async () => {
    const name = nameOf('one');
    const mayPush = registry.token(repository, ['pull', 'push']);
    await tag('one');
    const pushed = await dockerSays(mayPush, 'push', name);
    assert.ok(!pushed.failed && /Pushed/.test(pushed.all), pushed.all);
    const again = await dockerSays(mayPush, 'push', name);
    assert.ok(!again.failed && /Layer already exists/.test(again.all), again.all);
    await registry.docker.getImage(name).remove({ force: true });
    const pulled = await dockerSays(registry.token(repository, ['pull']), 'pull', name);
    assert.ok(!pulled.failed, pulled.all);
    assert.equal((await registry.docker.getImage(name).inspect()).Id, imageId);
  });

  it('refuses a token that is of another repository, has expired, is signed by others, or only pulls', async () => {
    assert.equal(await ask(tags, registry.token(repository, ['pull'])), 200);
    const hourAgo = new Date(Date.now() - 3_600_000);
    const strangers = await makeAuthority('tokens');
    assert.equal(await ask(tags, registry.token('another', ['pull'])), 401);
    assert.equal(await ask(tags, registry.token(repository, ['pull'], { from: hourAgo })), 401);
    assert.equal(await ask(tags, registry.token(repository, ['pull'], { by: strangers })), 401);
    await tag('two');
    const pushed = await dockerSays(registry.token(repository, ['pull']), 'push', nameOf('two'));
    assert.ok(pushed.failed && /denied|unauthorized/.test(pushed.all), pushed.all);
  });

  it('keeps its images over a restart, in a folder that is its own alone', async () => {
    await registry.container.start();
    const path = `${repository}/manifests/one`;
    const question = { method: 'HEAD', path, token: registry.token(repository, ['pull']) } as const;
    const { status, digest } = await askRegistry(registry.address, question);
    assert.deepEqual([status, /^sha256:[0-9a-f]{64}$/.test(digest ?? '')], [200, true]);
    assert.equal(statSync(join(folder, 'images')).mode & 0o777, 0o700);
  });

  it('runs without capabilities, as the user of the controller', async () => {
    const container = registry.docker.getContainer(`deis-${instance}-registry`);
    const { HostConfig, Config } = await container.inspect();
    assert.deepEqual([HostConfig.CapDrop, HostConfig.SecurityOpt], [['ALL'], ['no-new-privileges']]);
    assert.equal(Config.User, `${process.getuid?.()}:${process.getgid?.()}`);
  });
});

function oneFile(content: Buffer): Readable {
  const pack = tarStream.pack();
  pack.entry({ name: 'file' }, content);
  pack.finalize();
  return pack as unknown as Readable;
}
