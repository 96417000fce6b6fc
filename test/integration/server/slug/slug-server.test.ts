import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pino } from 'pino';
import { NotFound, UserError } from '../../../../base/errors.js';
import { Secret } from '../../../../base/secret.js';
import { DownloadSigner } from '../../../../server/slug/download-signer.js';
import { FileBlobs } from '../../../../server/blobs/file-blobs.js';
import { removeUnfinished } from '../../../../server/blobs/durable-file.js';
import { formationDirs, removeFormationFiles } from '../../../../server/slug/remove-formation-files.js';
import { SlugFiles } from '../../../../server/slug/slug-files.js';
import { SlugServer } from '../../../../server/slug/slug-server.js';
import { signUrl } from '../../../../server/slug/sign-url.js';

describe('the slug server', () => {
  const key = new Secret('secret');
  const image = 'ef'.repeat(32);
  let folder: string;
  let slugs: SlugFiles;
  let slugFolder: string;
  let server: SlugServer;
  let base: string;
  let now = new Date('2026-11-21T00:00:00Z');

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'deis-slugs-'));
    const places = formationDirs(folder);
    slugs = new SlugFiles(new FileBlobs(places.slugs));
    slugFolder = places.slugs;
    const images = {
      pathOf: (id: string) => {
        const path = join(folder, 'image');
        if (id !== image) return Promise.reject(new NotFound('no image'));
        writeFileSync(path, 'an image');
        return Promise.resolve(path);
      },
    };
    server = new SlugServer({
      key,
      slugs: slugFolder,
      images,
      now: () => now,
      logger: pino({ level: 'silent' }),
    });
    base = `http://127.0.0.1:${await server.listen('127.0.0.1', 0)}`;
  });
  afterEach(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });
  const sign = (wanted: string, clients: readonly string[] = []): string =>
    new DownloadSigner({ key, baseUrl: () => base, lifetimeSeconds: 60, now: () => now }).url(
      wanted,
      clients,
    );
  const save = (text: string, formation = 'app') =>
    slugs.save(Readable.from([Buffer.from(text)]), formation, 1000);

  it('keeps slugs by their content and serves them by signed URLs, whole and in part', async () => {
    const slug = await save('0123456789');
    assert.equal(slug.path, '84d89877f0d4041efb6bf91a16f0248f2fd573e6af05c19f96bedb9f882f7882/app.tgz');
    assert.equal(slug.size, 10);
    const whole = await fetch(sign(slug.path));
    assert.deepEqual(
      [
        whole.status,
        whole.headers.get('content-length'),
        whole.headers.get('accept-ranges'),
        await whole.text(),
      ],
      [200, '10', 'bytes', '0123456789'],
    );
    const part = await fetch(sign(slug.path), { headers: { Range: 'bytes=4-' } });
    assert.deepEqual(
      [part.status, part.headers.get('content-range'), await part.text()],
      [206, 'bytes 4-9/10', '456789'],
    );
    assert.equal((await fetch(sign(slug.path), { method: 'HEAD' })).status, 200);
    assert.equal((await fetch(sign(slug.path), { method: 'POST' })).status, 405);
  });

  it('serves each part of a file of many pieces, as it is asked for', async () => {
    const bytes = randomBytes(1_200_000);
    const slug = await slugs.save(Readable.from([bytes]), 'app', bytes.length);
    const ask = async (headers: Record<string, string>, method = 'GET') => {
      const answer = await fetch(sign(slug.path), { headers, method });
      const body = Buffer.from(await answer.arrayBuffer());
      assert.equal(
        Number(answer.headers.get('content-length')),
        method === 'HEAD' ? bytes.length : body.length,
      );
      return { status: answer.status, part: answer.headers.get('content-range'), body };
    };
    const parts: [string, number, number][] = [
      ['bytes=524287-524288', 524_287, 524_289],
      ['bytes=524288-', 524_288, 1_200_000],
      ['bytes=-5', 1_199_995, 1_200_000],
      ['bytes=0-0', 0, 1],
      ['bytes=1-999999999', 1, 1_200_000],
    ];
    for (const [range, start, end] of parts) {
      const { status, part, body } = await ask({ Range: range });
      assert.deepEqual([status, part], [206, `bytes ${start}-${end - 1}/1200000`], range);
      assert.ok(body.equals(bytes.subarray(start, end)), range);
    }
    const wholes = [
      {},
      { Range: 'bytes=0-1,5-6' },
      { Range: 'lines=0-1' },
      { Range: 'bytes=0-1', 'If-Range': '"x"' },
    ];
    for (const headers of wholes) {
      const { status, body } = await ask(headers as Record<string, string>);
      assert.equal(status, 200, JSON.stringify(headers));
      assert.ok(body.equals(bytes), JSON.stringify(headers));
    }
    assert.deepEqual(await ask({}, 'HEAD'), { status: 200, part: null, body: Buffer.alloc(0) });
    const outside = await ask({ Range: 'bytes=1200000-' });
    assert.deepEqual([outside.status, outside.part], [416, 'bytes */1200000']);
    const empty = await slugs.save(Readable.from([]), 'app', 10);
    assert.equal((await fetch(sign(empty.path))).headers.get('content-length'), '0');
  });

  it('breaks off where a file is shorter than it was, and serves whoever else is there', async () => {
    // More than the system holds between the two.
    const bytes = Buffer.alloc(40_000_000);
    const slug = await slugs.save(Readable.from([bytes]), 'app', bytes.length);
    const cut = await fetch(sign(slug.path));
    truncateSync(join(slugFolder, slug.path), 1000);
    await assert.rejects(cut.arrayBuffer());
    assert.equal(await (await fetch(sign((await save('y')).path))).text(), 'y');
  });

  it('lets a client go in the middle, and gives the others all of it', async () => {
    const bytes = randomBytes(20_000_000);
    const slug = await slugs.save(Readable.from([bytes]), 'app', bytes.length);
    const all = await Promise.all(
      Array.from({ length: 12 }, async (_, client) => {
        const leaves = client % 2 === 0 ? new AbortController() : undefined;
        const answer = await fetch(sign(slug.path), leaves === undefined ? {} : { signal: leaves.signal });
        leaves?.abort();
        return answer.arrayBuffer().then(
          (body) => bytes.equals(Buffer.from(body)),
          () => 'gone',
        );
      }),
    );
    assert.deepEqual(
      all,
      all.map((_, client) => (client % 2 === 0 ? 'gone' : true)),
    );
  });

  it('serves the image by its digest', async () => {
    assert.equal(await (await fetch(sign(`deis/stack:bookworm@sha256:${image}`))).text(), 'an image');
    assert.equal((await fetch(sign(`sha256:${'00'.repeat(32)}`))).status, 404);
  });

  it('serves to the node alone that the URL is for, and says so to others', async () => {
    const { path } = await save('x');
    assert.equal((await fetch(sign(path, ['10.0.0.5', '127.0.0.1']))).status, 200);
    const refused = await fetch(sign(path, ['10.0.0.5']));
    assert.equal(refused.status, 403);
    assert.match(await refused.text(), /for 10\.0\.0\.5, not for 127\.0\.0\.1: .* DEIS_NODE_URL/);
    const forged = sign(path, ['10.0.0.5']).replace('10.0.0.5', '127.0.0.1');
    assert.equal((await fetch(forged)).status, 403);
  });

  it('tells forged, expired and missing apart', async () => {
    const { path } = await save('x');
    assert.equal((await fetch(`${base}/${path}`)).status, 403);
    assert.equal((await fetch(sign(path).replace('/app.tgz', '/other.tgz'))).status, 403);
    assert.equal((await fetch(`${sign(path)}&expires=9999999999`)).status, 403);
    const url = sign(path);
    now = new Date(now.getTime() + 61_000);
    assert.equal((await fetch(url)).status, 410);
    rmSync(join(slugFolder, path));
    assert.equal((await fetch(sign(path))).status, 404);
  });

  for (const path of [
    '/../image',
    '/..%2fimage',
    '/%2e%2e/image',
    `/${'ab'.repeat(32)}/..%2f..%2fimage`,
    '//image',
    '/images/../image',
  ]) {
    it(`leads out of its folder by no path, were it signed: ${path}`, async () => {
      writeFileSync(join(folder, 'image'), 'secret');
      const signed = new URL(signUrl(base, path, { expires: 9_999_999_999, clients: [] }, key));
      const status = await new Promise((resolve) =>
        request({ host: signed.hostname, port: signed.port, path: path + signed.search }, (answer) =>
          resolve(answer.resume().statusCode),
        ).end(),
      );
      assert.ok(status === 403 || status === 404, String(status));
    });
  }

  it('leaves nothing of a slug that is too large or breaks off', async () => {
    await assert.rejects(
      slugs.save(Readable.from([Buffer.alloc(600), Buffer.alloc(600)]), 'app', 1000),
      UserError,
    );
    const broken = Readable.from(
      (async function* () {
        yield Buffer.from('x');
        throw new Error('cut');
      })(),
    );
    await assert.rejects(slugs.save(broken, 'app', 1000), /cut/);
    assert.deepEqual(readdirSync(slugFolder), []);
  });

  it('removes what a killed process left half written, and not what may be under way', async () => {
    mkdirSync(slugFolder, { recursive: true });
    for (const name of ['.incoming-old', '.incoming-new']) writeFileSync(join(slugFolder, name), 'x');
    utimesSync(join(slugFolder, '.incoming-old'), 0, 0);
    await removeUnfinished(slugFolder);
    assert.deepEqual(readdirSync(slugFolder), ['.incoming-new']);
  });

  it('removes what belongs to a formation, and nothing of another that built the same', async () => {
    const places = formationDirs(folder);
    const [mine, theirs] = [await save('same'), await save('same', 'app-two')];
    for (const path of [
      join(places.repos, 'app.git'),
      join(places.caches, 'app'),
      join(places.repos, 'app-two.git'),
    ])
      mkdirSync(path, { recursive: true });
    await removeFormationFiles(places, slugs, 'app');
    await removeFormationFiles(places, slugs, 'app');
    assert.deepEqual(
      [
        existsSync(join(places.slugs, mine.path)),
        existsSync(join(places.repos, 'app.git')),
        existsSync(join(places.caches, 'app')),
      ],
      [false, false, false],
    );
    assert.equal(readFileSync(join(places.slugs, theirs.path), 'utf8'), 'same');
    assert.deepEqual(readdirSync(places.repos), ['app-two.git']);
    await assert.rejects(removeFormationFiles(places, slugs, '../x'), /no formation name/);
  });
});
