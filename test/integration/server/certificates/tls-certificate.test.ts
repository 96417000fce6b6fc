import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type SecureContextOptions } from 'node:tls';
import { UserError } from '../../../../base/errors.js';
import { waitUntil } from '../../../../base/wait-until.js';
import { HttpListener } from '../../../../server/listen/http-listener.js';
import { readSettings } from '../../../../server/settings/settings.js';
import { readTlsFiles, watchTlsFiles } from '../../../../server/certificates/tls-certificate.js';
import { makeCertificate } from '../../../support/server/make-certificate.js';

describe('the TLS certificate', function () {
  this.timeout(20_000);
  const folder = mkdtempSync(join(tmpdir(), 'deis-tls-'));
  const at = (name: string): string => join(folder, name);
  const files = { certificate: at('cert.pem'), key: at('key.pem') };
  let listener: HttpListener;

  const make = (name: string): void => {
    const made = makeCertificate([name], 2, '127.0.0.1');
    writeFileSync(at(`${name}.crt`), made.certificate);
    writeFileSync(at(`${name}.key`), made.key);
  };
  /** Who answers, by the name in its certificate; new connections only. */
  const answering = (): Promise<string> =>
    new Promise((done, failed) => {
      const socket = connect({ host: '127.0.0.1', port: listener.port, rejectUnauthorized: false }, () => {
        done(String(socket.getPeerCertificate().subject.CN));
        socket.destroy();
      }).on('error', failed);
    });

  before(async () => {
    for (const name of ['first', 'second']) make(name);
    copyFileSync(at('first.crt'), files.certificate);
    copyFileSync(at('first.key'), files.key);
    listener = await HttpListener.listen('127.0.0.1', 0, (_request, response) => response.end('hello'), {
      tls: await readTlsFiles(files),
    });
  });
  after(async () => {
    await listener.close(0);
    rmSync(folder, { recursive: true });
  });

  it('serves HTTPS to who trusts it, and nothing older than TLS 1.2', async () => {
    const text = await new Promise((done, failed) =>
      get({ host: '127.0.0.1', port: listener.port, ca: readFileSync(files.certificate) }, (response) =>
        response.setEncoding('utf8').on('data', done),
      ).on('error', failed),
    );
    assert.equal(text, 'hello');
    await assert.rejects(
      new Promise((done, failed) =>
        connect(
          {
            host: '127.0.0.1',
            port: listener.port,
            rejectUnauthorized: false,
            minVersion: 'TLSv1',
            maxVersion: 'TLSv1.1',
            ciphers: 'DEFAULT@SECLEVEL=0',
          },
          () => done(''),
        ).on('error', failed),
      ),
    );
  });

  it('is replaced when its files are, and stays while they are no pair', async () => {
    const troubles: unknown[] = [];
    const unwatch = watchTlsFiles(
      files,
      await readTlsFiles(files),
      (pair) => listener.useCertificate(pair),
      (error) => troubles.push(error),
      50,
    );
    try {
      copyFileSync(at('second.crt'), files.certificate);
      await waitUntil(async () => (troubles.length > 0 ? true : undefined), {
        deadlineMs: 15_000,
        intervalMs: 50,
        what: 'the refusal of half a pair',
      });
      assert.ok(troubles[0] instanceof UserError);
      assert.equal(await answering(), 'first');
      copyFileSync(at('second.key'), files.key);
      await waitUntil(async () => ((await answering()) === 'second' ? true : undefined), {
        deadlineMs: 15_000,
        intervalMs: 50,
        what: 'the new certificate',
      });
    } finally {
      unwatch();
    }
  });

  it('is replaced when its files were before anybody looked at them again', async () => {
    const known = await readTlsFiles({ certificate: at('first.crt'), key: at('first.key') });
    let unwatch = (): void => undefined;
    try {
      const pair = await new Promise<SecureContextOptions>((done, failed) => {
        unwatch = watchTlsFiles(files, known, done, failed, 50);
      });
      assert.deepEqual(pair.cert, readFileSync(at('second.crt')));
    } finally {
      unwatch();
    }
  });

  it('is refused at the start when it is none, naming the setting', async () => {
    writeFileSync(at('text.pem'), 'no certificate');
    await assert.rejects(
      readTlsFiles({ certificate: at('missing.pem'), key: files.key }),
      (error) => error instanceof UserError && /^DEIS_TLS_CERT: .*missing\.pem/.test(error.message),
    );
    await assert.rejects(
      readTlsFiles({ certificate: at('text.pem'), key: files.key }),
      (error) => error instanceof UserError && /DEIS_TLS_CERT=.*cannot be used/.test(error.message),
    );
    assert.throws(
      () => readSettings({ DEIS_TLS_CERT: '/cert.pem' }),
      /DEIS_TLS_CERT and DEIS_TLS_KEY go together/,
    );
    assert.deepEqual(readSettings({ DEIS_TLS_CERT: '/cert.pem', DEIS_TLS_KEY: '/key.pem' }).http.tls, {
      certificate: '/cert.pem',
      key: '/key.pem',
    });
  });
});
