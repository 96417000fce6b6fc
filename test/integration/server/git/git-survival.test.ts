import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { folderSize } from '../../../../server/git/repository/folder-size.js';
import type { TestDatabase } from '../../../support/server/database.js';
import type { GitClient, GitOutcome } from '../../../support/git/git-client.js';
import type { GitEndpointOptions } from '../../../support/git/git-endpoint.js';
import {
  objectId,
  packOf,
  pushStream,
  repeatingDelta,
  type PackObject,
} from '../../../support/git/git-pack.js';
import { startOwnedGit, stopOwnedGit, type OwnedGit } from '../../../support/git/owned-git.js';

const master = 'refs/heads/master';

/** What is made to break a git server; each time the next push of an ordinary app succeeds. */
describe('the git endpoint survives', function () {
  this.timeout(120_000);
  let git: OwnedGit | undefined;
  let folder: string;
  let client: GitClient;
  let db: TestDatabase;
  async function start(options: Partial<GitEndpointOptions> = {}): Promise<void> {
    git = await startOwnedGit(options);
    ({ db, folder, client } = git);
  }

  afterEach(async () => {
    if (git !== undefined) await stopOwnedGit(git);
    git = undefined;
  });

  const repository = (): string => join(folder, 'repos', 'app.git');
  const send = (bytes: Buffer): Promise<GitOutcome> =>
    client.ssh(["git-receive-pack 'app.git'"], { input: bytes });
  /** A commit of one file, as a pack has it. */
  function app(files: readonly PackObject[], file: string): { id: string; objects: PackObject[] } {
    const tree = Buffer.concat([Buffer.from('100644 index.html\0'), Buffer.from(file, 'hex')]);
    const who = 'ada <ada@example.com> 1700000000 +0000';
    const text = `tree ${objectId('tree', tree)}\nauthor ${who}\ncommitter ${who}\n\nStart\n`;
    const commit = Buffer.from(text);
    return {
      id: objectId('commit', commit),
      objects: [{ type: 'commit', data: commit }, { type: 'tree', data: tree }, ...files],
    };
  }
  const hello = Buffer.from('hello');
  const plain = app([{ type: 'blob', data: hello }], objectId('blob', hello));

  /** Nothing of what was refused is left, and an ordinary push is taken. */
  async function assertWell(): Promise<void> {
    const objects = join(repository(), 'objects');
    assert.deepEqual(
      readdirSync(objects).filter((name) => name.startsWith('tmp_objdir')),
      [],
    );
    assert.ok((await folderSize(repository())).bytes < 1024 ** 2);
    await client.commit('after');
    const { code, text } = await client.push('app');
    assert.equal(code, 0, text);
  }

  it('a push of a whole pack, made by hand, which shows that the others are right but for one thing', async () => {
    await start();
    const { text } = await send(pushStream(plain.id, master, packOf(plain.objects)));
    assert.match(text, /unpack ok/);
    const [operation] = await db.stores.operations.ofFormation(
      (await db.stores.formations.byName('app'))!.id,
    );
    assert.equal(operation!.state, 'succeeded');
  });

  it('a stream that ends in the middle, wherever it ends', async () => {
    await start();
    const stream = pushStream(plain.id, master, packOf(plain.objects));
    const begin = stream.indexOf('PACK');
    for (const end of [
      2,
      60,
      begin,
      begin + 6,
      begin + 12,
      begin + 40,
      stream.length - 21,
      stream.length - 1,
    ]) {
      const { code, text } = await send(stream.subarray(0, end));
      assert.ok(code !== 0 || /unpack (?!ok)/.test(text), `cut at ${end}: ${text}`);
    }
    const wrong = Buffer.from(stream);
    wrong[wrong.length - 1]! ^= 1;
    assert.match((await send(wrong)).text, /unpack (?!ok)/);
    await assertWell();
  });

  it('a pack of some kilobytes that says it holds gigabytes', async () => {
    await start();
    const base = Buffer.alloc(60_000, 'x');
    const bomb: PackObject = {
      type: 'refDelta',
      base: objectId('blob', base),
      data: repeatingDelta(base.length, 40_000),
    };
    const { id, objects } = app([{ type: 'blob', data: base }, bomb], objectId('blob', base));
    const pack = packOf(objects);
    assert.ok(pack.length < 10_000, `${pack.length} bytes`);
    const { text } = await send(pushStream(id, master, pack));
    assert.match(text, /attempting to allocate 2400000000 over limit|unpack (?!ok)/);
    assert.doesNotMatch(text, /unpack ok/);
    await assertWell();
  });

  it('a pack that takes long to unpack', async () => {
    await start({ cpuSeconds: 1 });
    const base = Buffer.alloc(60_000, 'x');
    const bombs = Array.from({ length: 400 }, (_, n): PackObject => {
      const data = repeatingDelta(base.length, 3000 + n);
      return { type: 'refDelta', base: objectId('blob', base), data };
    });
    const { id, objects } = app([{ type: 'blob', data: base }, ...bombs], objectId('blob', base));
    const begun = performance.now();
    const { text } = await send(pushStream(id, master, packOf(objects)));
    assert.match(text, /unpack (?!ok)/);
    assert.ok(performance.now() - begun < 60_000);
    await assertWell();
  });

  it('a repository with 10,000 refs', async () => {
    await start();
    const commit = await client.commit('many');
    const refs = (kind: string): string =>
      Array.from({ length: 5000 }, (_, n) => `create refs/${kind}/n${n} ${commit}\n`).join('');
    const many = client.start(['update-ref', '--stdin']);
    many.stdin!.end(refs('heads') + refs('tags'));
    assert.equal((await many).exitCode, 0);
    const all = await client.push('app', '--all');
    assert.notEqual(all.code, 0);
    assert.match(all.text, /^remote: only master and main are deployed: to deploy n\d+, run/m);
    assert.ok(all.text.split('\n').filter((line) => line.startsWith('remote:')).length < 5);
    const tagged = await client.push('app', '--tags', 'master');
    assert.equal(tagged.code, 0, tagged.text.slice(0, 2000));
    assert.match(tagged.text, /Tags are not deployed and not kept here: \S+, \S+, \S+ and 4997 more/);
    const listed = (await client.git('ls-remote', client.url('app'))).text.split('\n');
    assert.equal(listed.length, 2);
  });
});
