import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { UserError } from '../../../../base/errors.js';
import { RegistryClient } from '../../../../server/builder/toolchains/fetch-file.js';
import { JavaToolchains } from '../../../../server/builder/toolchains/java-toolchains.js';
import { KeptTrees } from '../../../../server/builder/toolchains/kept-trees.js';
import { MavenToolchains } from '../../../../server/builder/toolchains/maven-toolchains.js';

const weekMs = 7 * 86_400_000;

describe('toolchains of Java', () => {
  let folder = '';
  let server: Server;
  let mirror = '';
  /** Path -> body; everything else is not found. */
  const files = new Map<string, Buffer | string>();
  let asked: string[] = [];
  let time = new Date('2026-11-28T12:00:00Z');
  const now = (): Date => time;

  before(async () => {
    server = createServer((request, response) => {
      asked.push(request.url!);
      const body = files.get(request.url!);
      response.writeHead(body === undefined ? 404 : 200).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    mirror = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => new Promise((resolve) => server.close(resolve)));
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'deis-java-'));
    files.clear();
    asked = [];
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  describe('Maven', () => {
    const maven = (): MavenToolchains =>
      new MavenToolchains({ folder: join(folder, 'kept'), client: new RegistryClient(null), mirror, now });
    const archive = '/org/apache/maven/apache-maven/3.8.8/apache-maven-3.8.8-bin.tar.gz';
    async function publish(): Promise<void> {
      mkdirSync(join(folder, 'apache-maven-3.8.8', 'bin'), { recursive: true });
      writeFileSync(join(folder, 'apache-maven-3.8.8', 'bin', 'mvn'), '#!/bin/sh\n', { mode: 0o700 });
      const file = join(folder, 'maven.tgz');
      await execa('tar', ['-czf', file, '-C', folder, 'apache-maven-3.8.8']);
      const bytes = readFileSync(file);
      files.set(archive, bytes).set(`${archive}.sha512`, createHash('sha512').update(bytes).digest('hex'));
    }

    it('is fetched once for many and unpacked for others to read', async () => {
      await publish();
      const said: string[] = [];
      const source = maven();
      const [first] = await Promise.all(
        ['a', 'b'].map(() => source.ensure('3.8.8', (what) => said.push(what))),
      );
      assert.equal(first!.title, 'Maven 3.8.8');
      assert.equal((await execa(join(first!.folder, 'bin', 'mvn'))).exitCode, 0);
      assert.deepEqual(asked, [`${archive}.sha512`, archive]);
      await maven().ensure('3.8.8', (what) => said.push(what));
      assert.equal(asked.length, 2);
      assert.deepEqual(said, ['Maven 3.8.8', 'Maven 3.8.8']);
    });

    it('is refused where its checksum is another one, and leaves nothing behind', async () => {
      await publish();
      files.set(`${archive}.sha512`, 'ab'.repeat(64));
      await assert.rejects(maven().ensure('3.8.8'), /Maven 3\.8\.8 came with the sha512 /);
      assert.deepEqual(readdirSync(join(folder, 'kept')), []);
      const wanted = archive.replaceAll('3.8.8', '3.9.11');
      files.set(wanted, files.get(archive)!);
      await assert.rejects(maven().ensure('*'), /Maven 3\.9\.11 came with the sha512 .*expected bcfe4fe3/);
    });

    it('is refused where the mirror has none', () =>
      assert.rejects(
        maven().ensure('3.8.99'),
        (error) =>
          error instanceof UserError && /3\.8\.99.* could not be fetched: it answers 404/.test(error.message),
      ));
  });

  describe('the JDK', () => {
    const java = (): JavaToolchains =>
      new JavaToolchains({
        folder: join(folder, 'kept'),
        suite: 'bookworm',
        packages: () =>
          Promise.resolve({
            suite: 'bookworm',
            sources: [{ name: 'own.list', text: `deb [trusted=no] ${mirror}/debian bookworm main\n` }],
            aptSettings: '',
          }),
        now,
      });

    it('is refused where no mirror answers, and leaves nothing behind', async function () {
      this.timeout(60_000);
      await assert.rejects(
        java().ensure('17'),
        (error) =>
          error instanceof UserError &&
          /^OpenJDK 17 could not be had from the Debian mirror: /.test(error.message),
      );
      assert.deepEqual(readdirSync(join(folder, 'kept')), []);
      assert.ok(asked.some((url) => url.startsWith('/debian/dists/bookworm/')));
    });

    it('is an earlier one where no mirror answers', async function () {
      this.timeout(60_000);
      const week = Math.floor(time.getTime() / weekMs);
      const earlier = join(folder, 'kept', `java-17-bookworm-${process.arch}-${week - 1}`);
      mkdirSync(join(earlier, 'bin'), { recursive: true });
      writeFileSync(join(earlier, 'bin', 'javac'), '');
      writeFileSync(join(earlier, 'release'), 'JAVA_VERSION="17.0.1"\n');
      assert.deepEqual(await java().ensure('*'), {
        name: 'java',
        version: '17.0.1',
        title: 'OpenJDK 17.0.1',
        folder: earlier,
      });
    });
  });

  it('stay as long as they are used, four of them and those of the last day', async () => {
    const kept = join(folder, 'kept');
    const trees = new KeptTrees({ folder: kept, prefix: 'x-', witness: 'file', now });
    const make = async (work: string): Promise<string> => {
      mkdirSync(join(work, 'tree'));
      writeFileSync(join(work, 'tree', 'file'), '');
      return Promise.resolve(join(work, 'tree'));
    };
    const start = time.getTime();
    for (let number = 0; number < 6; number++) {
      time = new Date(start + number * 1000);
      await trees.ensure(`x-${number}`, make);
      assert.ok(await trees.isPresent(`x-${number}`));
    }
    assert.equal((await trees.names()).length, 6);
    time = new Date(start + 2 * 86_400_000);
    assert.ok(await trees.isPresent('x-0'));
    await trees.ensure('x-6', make);
    assert.deepEqual(
      await trees.names(),
      ['x-0', 'x-2', 'x-3', 'x-4', 'x-5', 'x-6'].slice(0, 1).concat(['x-2', 'x-3', 'x-4', 'x-5', 'x-6']),
    );
    assert.ok(!existsSync(join(kept, 'x-1')));
  });
});
