import { execFileSync } from 'node:child_process';
import type { Readable } from 'node:stream';
import type Docker from 'dockerode';
import tarStream from 'tar-stream';
import { waitUntil } from '../../../base/wait-until.js';
import { freePort } from '../../../server/free-port.js';
import { askRegistry, type RegistryAddress } from '../../../server/registry/ask-registry.js';
import { issueCertificate, makeAuthority } from '../../../server/registry/key-pair.js';
import { prepareImager, prepareMachine } from '../nodes/docker-machine.js';

export interface HtpasswdRegistryOptions {
  readonly instance: string;
  /** Passwords by user name. */
  readonly users: Readonly<Record<string, string>>;
  /** Addresses that its certificate is good for, beside 127.0.0.1. */
  readonly addresses?: readonly string[];
  readonly deletes?: boolean;
}

/** Debian's docker-registry as an operator sets it up: an authority of their own, htpasswd. Its images go with it. */
export class HtpasswdRegistry {
  private constructor(
    readonly docker: Docker,
    readonly address: RegistryAddress & { readonly authority: string },
    private readonly container: Docker.Container,
  ) {}

  static async start({
    instance,
    users,
    addresses = [],
    deletes = true,
  }: HtpasswdRegistryOptions): Promise<HtpasswdRegistry> {
    const { docker } = await prepareMachine();
    const imager = await prepareImager();
    const bind = addresses.length === 0 ? '127.0.0.1' : '0.0.0.0';
    const port = await freePort(bind, 0);
    const authority = await makeAuthority('Registry of the operator');
    const server = await issueCertificate(authority, ['127.0.0.1', ...addresses]);
    const settings = {
      version: '0.1',
      log: { accesslog: { disabled: true } },
      storage: { filesystem: { rootdirectory: '/deis/images' }, delete: { enabled: deletes } },
      http: { addr: `${bind}:${port}`, tls: { certificate: '/deis/tls.crt', key: '/deis/tls.key' } },
      auth: { htpasswd: { realm: 'operator', path: '/deis/htpasswd' } },
    };
    const container = await docker.createContainer({
      Image: imager.id,
      Cmd: ['/usr/bin/docker-registry', 'serve', '/deis/config.yml'],
      Labels: { 'deis.instance': instance, 'deis.kind': 'registry' },
      HostConfig: { NetworkMode: 'host', CapDrop: ['ALL'], Memory: 512 * 1024 ** 2 },
    });
    const files = {
      'config.yml': JSON.stringify(settings),
      'tls.crt': server.certificate,
      'tls.key': server.key.reveal(),
      htpasswd: Object.entries(users)
        .map(([name, password]) => `${name}:${bcrypt(password)}\n`)
        .join(''),
    };
    await container.putArchive(archive(files), { path: '/' });
    await container.start();
    const address = { host: '127.0.0.1', port, authority: authority.certificate };
    const registry = new HtpasswdRegistry(docker, address, container);
    await registry.#answers();
    return registry;
  }

  async stop(): Promise<void> {
    await this.container.remove({ force: true, v: true });
  }

  /** All that it said. */
  async log(): Promise<string> {
    return (await this.container.logs({ stdout: true, stderr: true })).toString('utf8');
  }

  async #answers(): Promise<void> {
    const asks = (): Promise<true | undefined> =>
      askRegistry(this.address, { method: 'GET', path: '' }).then(
        ({ status }) => (status === 401 ? true : undefined),
        () => undefined,
      );
    await waitUntil(asks, { deadlineMs: 30_000, intervalMs: 100, what: 'the registry to answer' });
  }
}

/** As Apache's htpasswd writes it; perl, which git brings, has the host's crypt. */
function bcrypt(password: string): string {
  const program = 'chomp(my $p = <STDIN>); print crypt($p, q($2y$05$abcdefghijklmnopqrstuu))';
  return execFileSync('perl', ['-e', program], { input: password, encoding: 'utf8' });
}

function archive(files: Readonly<Record<string, string>>): Readable {
  const pack = tarStream.pack();
  for (const [name, text] of Object.entries(files)) pack.entry({ name: `deis/${name}`, mode: 0o444 }, text);
  pack.finalize();
  return pack as unknown as Readable;
}
