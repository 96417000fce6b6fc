import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { UserError } from '../../../../base/errors.js';
import { openPart, readImageLayout } from '../../../../server/registry/image-layout.js';

const hex = { manifest: 'd'.repeat(64), config: 'c'.repeat(64), layer: '1'.repeat(64) };
const part = (name: keyof typeof hex, size: number) => ({
  mediaType: 'x/y',
  digest: `sha256:${hex[name]}`,
  size,
});
const settings = JSON.stringify({ config: { User: '33', ExposedPorts: { '8080/tcp': {} } } });
const manifest = JSON.stringify({
  mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
  config: part('config', settings.length),
  layers: [part('layer', 5)],
});

describe('an image that a build has left', () => {
  let above: string;
  let folder: string;
  const pathOf = (name: keyof typeof hex): string =>
    join(folder, 'docker/registry/v2/blobs/sha256', hex[name].slice(0, 2), hex[name], 'data');

  beforeEach(() => {
    above = mkdtempSync(join(tmpdir(), 'deis-layout-'));
    folder = join(above, 'image');
    for (const name of ['manifest', 'config', 'layer'] as const)
      mkdirSync(dirname(pathOf(name)), { recursive: true });
    writeFileSync(join(folder, 'digest'), `sha256:${hex.manifest}\n`);
    writeFileSync(pathOf('manifest'), manifest);
    writeFileSync(pathOf('config'), settings);
    writeFileSync(pathOf('layer'), 'layer');
  });

  afterEach(() => rmSync(above, { recursive: true, force: true }));

  const refused = (work: Promise<unknown>, what: RegExp): Promise<void> =>
    assert.rejects(work, (error) => error instanceof UserError && what.test(error.message));

  it('is read with what it says of how it runs', async () => {
    const layout = await readImageLayout(folder);
    assert.equal(layout.manifest.text, manifest);
    assert.deepEqual(layout.settings, { User: '33', ExposedPorts: { '8080/tcp': {} } });
    const file = await openPart(folder, layout.layers[0]!);
    assert.equal(await file.readFile('utf8'), 'layer');
    await file.close();
  });

  it('is refused where it is not there, is no JSON, or names parts by anything but a digest', async () => {
    writeFileSync(pathOf('manifest'), manifest.replace(`sha256:${hex.config}`, '../../etc/passwd'));
    await refused(readImageLayout(folder), /cannot be read/);
    writeFileSync(pathOf('manifest'), 'no JSON');
    await refused(readImageLayout(folder), /cannot be read/);
    rmSync(pathOf('manifest'));
    await refused(readImageLayout(folder), /left no image/);
    writeFileSync(join(folder, 'digest'), '../../../etc/passwd');
    await refused(readImageLayout(folder), /cannot be read/);
    rmSync(join(folder, 'digest'));
    await refused(readImageLayout(folder), /left no image/);
  });

  it('is refused where links lead out of it, in whichever place', async () => {
    const elsewhere = join(above, 'elsewhere');
    renameSync(folder, elsewhere);
    symlinkSync(elsewhere, folder);
    await refused(readImageLayout(folder), /something else than a file/);
    rmSync(folder);
    mkdirSync(folder);
    symlinkSync(join(elsewhere, 'digest'), join(folder, 'digest'));
    await refused(readImageLayout(folder), /left no image/);
    rmSync(join(folder, 'digest'));
    writeFileSync(join(folder, 'digest'), `sha256:${hex.manifest}\n`);
    symlinkSync(join(elsewhere, 'docker'), join(folder, 'docker'));
    await refused(readImageLayout(folder), /something else than a file/);
  });

  it('is refused where a part is a pipe, or has another size', async () => {
    await refused(openPart(folder, part('layer', 6)), /left 5 bytes of sha256:1+: expected 6/);
    rmSync(pathOf('layer'));
    execFileSync('mkfifo', [pathOf('layer')]);
    await refused(openPart(folder, part('layer', 5)), /something else than a file/);
  });

  it('is refused where its settings are larger than any are', async () => {
    writeFileSync(pathOf('manifest'), ' '.repeat(4 * 1024 ** 2 + 1));
    await refused(readImageLayout(folder), /more than 4194304 bytes/);
  });
});
