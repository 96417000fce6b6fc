import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitUntil } from '../../../base/wait-until.js';
import { freePort } from '../../../server/free-port.js';

export interface PebbleOptions {
  /** Of the certificates that it issues. */
  readonly lifetimeSeconds: number;
  /** Where it GETs challenges. Default: a free port of this host. */
  readonly httpPort?: number;
  /** Address that it and its DNS listen at. */
  readonly host?: string;
}

/** A pebble of a test's own with its DNS: a CA by the authors of Let's Encrypt, for tests. Both are Debian's. */
export class PebbleServer {
  private constructor(
    private readonly children: readonly ChildProcess[],
    private readonly folder: string,
    readonly directoryUrl: string,
    /** `127.0.0.1:8053`, which knows what `point` has told it. */
    readonly dns: string,
    private readonly dnsUrl: string,
    readonly httpPort: number,
    /** Path and text of the certificate that the directory's host shows. */
    readonly caBundle: string,
    readonly ca: string,
  ) {}

  static async start({
    lifetimeSeconds,
    httpPort,
    host = '127.0.0.1',
  }: PebbleOptions): Promise<PebbleServer> {
    const folder = mkdtempSync(join(tmpdir(), 'deis-pebble-'));
    const [port, management, dns, dnsManagement, free] = await ports(5);
    const at = (file: string): string => join(folder, file);
    const ca = makeHostCertificate(at('host.crt'), at('host.key'), host);
    const config = {
      listenAddress: `${host}:${port}`,
      managementListenAddress: `127.0.0.1:${management}`,
      certificate: at('host.crt'),
      privateKey: at('host.key'),
      httpPort: httpPort ?? free,
      tlsPort: free,
      certificateValidityPeriod: lifetimeSeconds,
    };
    writeFileSync(at('pebble.json'), JSON.stringify({ pebble: config }));
    const dnsChild = spawn(
      'pebble-challtestsrv',
      [
        ...['-dns01', `${host}:${dns}`, '-management', `127.0.0.1:${dnsManagement}`],
        ...['-http01', '', '-https01', '', '-tlsalpn01', '', '-defaultIPv4', '', '-defaultIPv6', ''],
      ],
      { stdio: 'ignore' },
    );
    const pebble = spawn('pebble', ['-config', at('pebble.json'), '-dnsserver', `${host}:${dns}`], {
      stdio: 'ignore',
      // Each order is proved by its own challenge.
      env: { ...process.env, PEBBLE_VA_NOSLEEP: '1', PEBBLE_AUTHZREUSE: '0' },
    });
    const server = new PebbleServer(
      [pebble, dnsChild],
      folder,
      `https://${host}:${port}/dir`,
      `${host}:${dns}`,
      `http://127.0.0.1:${dnsManagement}`,
      httpPort ?? free!,
      at('host.crt'),
      ca,
    );
    await server.#answers(`http://127.0.0.1:${dnsManagement}/clear-ip`, 'the DNS');
    // Any answer will do: its certificate is nobody's whom fetch trusts.
    await waitUntil(
      () =>
        fetch(server.directoryUrl).then(
          () => true as const,
          (error: { cause?: { code?: string } }) => (error.cause?.code === 'ECONNREFUSED' ? undefined : true),
        ),
      { deadlineMs: 20_000, intervalMs: 100, what: 'pebble to answer' },
    );
    return server;
  }

  /** The DNS knows the name no more. */
  async forget(name: string): Promise<void> {
    await this.#tell('clear-a', { host: `${name}.` });
  }

  /** The DNS answers these addresses for a name from now on, with those that it answers already. */
  async point(name: string, addresses: readonly string[]): Promise<void> {
    await this.#tell('add-a', { host: `${name}.`, addresses });
  }

  /** A CAA record of a name. */
  async allow(name: string, issuer: string): Promise<void> {
    await this.#tell('add-caa', { host: `${name}.`, policies: [{ tag: 'issue', value: issuer }] });
  }

  async stop(): Promise<void> {
    for (const child of this.children) {
      if (child.exitCode !== null) continue;
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #tell(what: string, body: object): Promise<void> {
    const answer = await fetch(`${this.dnsUrl}/${what}`, { method: 'POST', body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`the DNS did not take ${what}: ${answer.status}`);
  }

  async #answers(url: string, what: string): Promise<void> {
    await waitUntil(
      () =>
        fetch(url, { method: 'POST', body: '{}' }).then(
          () => true as const,
          () => undefined,
        ),
      { deadlineMs: 20_000, intervalMs: 100, what: `${what} to answer` },
    );
  }
}

async function ports(count: number): Promise<number[]> {
  return Promise.all(Array.from({ length: count }, () => freePort('127.0.0.1', 0)));
}

/** PEM. */
function makeHostCertificate(certificate: string, key: string, host: string): string {
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
      ...['-keyout', key, '-out', certificate, '-days', '2', '-subj', '/CN=pebble'],
      ...['-addext', `subjectAltName=IP:${host}`],
    ],
    { stdio: 'ignore' },
  );
  return execFileSync('openssl', ['x509', '-in', certificate], { encoding: 'utf8' });
}
