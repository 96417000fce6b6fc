import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { places } from '../../../../../../cookbooks/deis/definitions/places.js';
import { tlsListen, tlsListeners } from '../../../../../../cookbooks/deis/definitions/proxy/proxy-listen.js';

describe('how proxies listen for TLS', () => {
  const folder = mkdtempSync(join(tmpdir(), 'deis-listen-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const { command, notIf = [] } = tlsListeners('nginx_site[app]');
  const here = (words: readonly string[]): string[] =>
    words.map((word) => word.replaceAll(places.nginx, folder));
  const env = { PATH: `${folder}:${process.env['PATH'] ?? ''}` };
  /** Has nginx tell a version. */
  const install = (version: string): void => {
    writeFileSync(join(folder, 'nginx'), `#!/bin/sh\necho 'nginx version: nginx/${version}' >&2\n`);
    chmodSync(join(folder, 'nginx'), 0o755);
  };
  const isWritten = (): boolean => {
    const [program = '', ...words] = here(notIf);
    return spawnSync(program, words, { env }).status === 0;
  };
  const write = (): string[] => {
    const [program = '', ...words] = here(command);
    execFileSync(program, words, { env });
    return [false, true].map((isProxied) =>
      readFileSync(tlsListen(isProxied).replace(places.nginx, folder), 'utf8'),
    );
  };

  const old = ['listen 443 ssl http2;\n', 'listen 443 ssl http2 proxy_protocol;\n'];
  const now = ['listen 443 ssl;\nhttp2 on;\n', 'listen 443 ssl proxy_protocol;\nhttp2 on;\n'];
  for (const [version, wanted] of [
    ['1.18.0 (Ubuntu)', old],
    ['1.22.1', old],
    ['1.24.0 (Ubuntu)', old],
    ['1.25.0', old],
    ['1.25.1', now],
    ['1.26.3', now],
    ['1.9.15', old],
  ] as const)
    it(`tells nginx ${version} of HTTP/2 as it wants it, and once`, () => {
      install(version);
      assert.deepEqual(write(), wanted);
      assert.ok(isWritten());
    });

  it('sees that another nginx has come', () => {
    install('1.22.1');
    write();
    install('1.26.3');
    assert.ok(!isWritten());
  });
});
