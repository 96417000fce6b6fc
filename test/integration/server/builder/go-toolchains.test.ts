import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { ZipFile } from 'yazl';
import { UserError } from '../../../../base/errors.js';
import { RegistryClient } from '../../../../server/builder/toolchains/fetch-file.js';
import { GoToolchains } from '../../../../server/builder/toolchains/go-toolchains.js';

const arch = process.arch === 'x64' ? 'amd64' : process.arch;
const moduleVersion = (version: string): string => `v0.0.1-go${version}.linux-${arch}`;

async function moduleZip(version: string, extra: Readonly<Record<string, string>> = {}): Promise<Buffer> {
  const zip = new ZipFile();
  const files = { 'bin/go': '#!/bin/sh\necho go\n', 'pkg/tool/compile': 'tool', 'src/a.go': 'package a' };
  for (const [name, text] of Object.entries(files))
    zip.addBuffer(Buffer.from(text), `golang.org/toolchain@${moduleVersion(version)}/${name}`);
  for (const [name, text] of Object.entries(extra)) zip.addBuffer(Buffer.from(text), name);
  zip.end();
  return buffer(zip.outputStream);
}

/** As golang.org/x/mod/sumdb/dirhash says it, over the files above. */
function sumOf(version: string): string {
  const hex = (text: string): string => createHash('sha256').update(text).digest('hex');
  const files = [
    ['bin/go', '#!/bin/sh\necho go\n'],
    ['pkg/tool/compile', 'tool'],
    ['src/a.go', 'package a'],
  ] as const;
  const lines = files.map(
    ([name, text]) => `${hex(text)}  golang.org/toolchain@${moduleVersion(version)}/${name}\n`,
  );
  return `h1:${createHash('sha256').update(lines.join('')).digest('base64')}`;
}

describe('Go toolchains from a module proxy', () => {
  let folder: string;
  let server: Server;
  let proxy: string;
  let answers: Map<string, string | Buffer>;
  let asked: string[];
  let now: Date;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'deis-go-'));
    now = new Date();
    asked = [];
    answers = new Map();
    server = createServer((request, response) => {
      asked.push(request.url ?? '');
      const answer = answers.get(request.url ?? '');
      response.writeHead(answer === undefined ? 404 : 200).end(answer ?? 'not found');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    proxy = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true, force: true });
  });

  const toolchains = (): GoToolchains =>
    new GoToolchains({ folder, client: new RegistryClient(null), proxy, now: () => now });
  const offer = async (
    versions: readonly string[],
    more: Readonly<Record<string, string>> = {},
  ): Promise<void> => {
    const list = [...versions.map(moduleVersion), 'v0.0.1-go1.99.9.plan9-mips', 'v0.0.1'].join('\n');
    answers.set('/golang.org/toolchain/@v/list', list);
    for (const version of versions) {
      const name = moduleVersion(version);
      answers.set(`/golang.org/toolchain/@v/${name}.zip`, await moduleZip(version, more));
      answers.set(
        `/sumdb/sum.golang.org/lookup/golang.org/toolchain@${name}`,
        `1\ngolang.org/toolchain ${name} ${sumOf(version)}\ngolang.org/toolchain ${name}/go.mod h1:x=\n`,
      );
    }
  };

  it('are fetched once, verified, and can be run by another user', async () => {
    await offer(['1.24.3', '1.24.4']);
    const source = toolchains();
    const fetched: string[] = [];
    const onFetch = (what: string): void => void fetched.push(what);
    const both = await Promise.all([source.ensure('1.24', onFetch), source.ensure('1.24.4', onFetch)]);
    assert.deepEqual(
      both.map(({ version, title }) => [version, title]),
      [
        ['1.24.4', 'Go 1.24.4'],
        ['1.24.4', 'Go 1.24.4'],
      ],
    );
    const tree = both[0].folder;
    assert.equal(readFileSync(join(tree, 'src', 'a.go'), 'utf8'), 'package a');
    assert.equal(statSync(join(tree, 'bin', 'go')).mode & 0o777, 0o755);
    assert.equal(statSync(join(tree, 'src', 'a.go')).mode & 0o777, 0o644);
    await source.ensure('1.24', onFetch);
    assert.deepEqual([...new Set(fetched)], ['Go 1.24.4']);
    assert.equal(asked.filter((url) => url.endsWith('.zip')).length, 1);
    assert.deepEqual(readdirSync(folder), [`go-1.24.4-${process.arch}`]);
  });

  it('are refused, and nothing of them stays, where the checksum is another', async () => {
    await offer(['1.24.4'], { [`golang.org/toolchain@${moduleVersion('1.24.4')}/bin/more`]: 'x' });
    await assert.rejects(
      toolchains().ensure('*'),
      (error) => error instanceof UserError && /the checksum database says h1:/.test(error.message),
    );
    assert.deepEqual(readdirSync(folder), []);
  });

  for (const name of ['elsewhere/bin/go', `golang.org/toolchain@${moduleVersion('1.24.4')}x/bin/go`])
    it(`are refused with a file ${name}`, async () => {
      await offer(['1.24.4'], { [name]: 'x' });
      await assert.rejects(toolchains().ensure('*'), /a file that is not its own/);
      assert.deepEqual(readdirSync(folder), []);
    });

  it('are named with the URL where they cannot be fetched', async () => {
    await offer(['1.24.4']);
    answers.delete(`/golang.org/toolchain/@v/${moduleVersion('1.24.4')}.zip`);
    await assert.rejects(
      toolchains().ensure('*'),
      (error) =>
        error instanceof UserError && error.message.endsWith('.zip could not be fetched: it answers 404'),
    );
  });

  it('are used as they are while the proxy is away', async () => {
    await offer(['1.24.4']);
    await toolchains().ensure('*');
    answers.clear();
    assert.equal((await toolchains().ensure('1.24')).version, '1.24.4');
    await assert.rejects(toolchains().ensure('1.23'), /list could not be fetched: it answers 404/);
  });

  it('go when they have not been used for longest', async () => {
    await offer(['1.24.4']);
    const old = (days: number): Date => new Date(now.getTime() - days * 86_400_000);
    for (const [minor, days] of [
      [16, 9],
      [17, 8],
      [18, 7],
      [19, 6],
      [20, 5],
      [21, 0],
    ] as const) {
      const path = join(folder, `go-1.${minor}.1-${process.arch}`);
      mkdirSync(join(path, 'bin'), { recursive: true });
      utimesSync(path, old(days), old(days));
    }
    await toolchains().ensure('*');
    assert.deepEqual(
      readdirSync(folder).map((name) => name.split('-')[1]),
      ['1.17.1', '1.18.1', '1.19.1', '1.20.1', '1.21.1', '1.24.4'],
    );
  });
});
