import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type Docker from 'dockerode';
import type { Secret } from '../../../base/secret.js';
import { freePort } from '../../../server/free-port.js';
import type { RegistryAddress } from '../../../server/registry/ask-registry.js';
import { issueCertificate, makeAuthority, type KeyPair } from '../../../server/registry/key-pair.js';
import { RegistryContainer } from '../../../server/registry/registry-container.js';
import { registryToken, type RegistryAction } from '../../../server/registry/registry-token.js';
import { prepareImager, prepareMachine } from '../nodes/docker-machine.js';

export interface LocalRegistryOptions {
  readonly instance: string;
  /** Its images go below, by default into `images`. */
  readonly folder: string;
  readonly images?: string;
  /** Addresses that its certificate is good for; it listens on all of this host's when there are others. */
  readonly addresses?: readonly string[];
}

/** The product's registry, running, with authorities of its own. */
export class LocalRegistry {
  private constructor(
    readonly docker: Docker,
    readonly container: RegistryContainer,
    readonly address: RegistryAddress,
    readonly tokens: KeyPair,
  ) {}

  static async start({
    instance,
    folder,
    images = 'images',
    addresses = [],
  }: LocalRegistryOptions): Promise<LocalRegistry> {
    const { docker } = await prepareMachine();
    const imager = await prepareImager();
    const bind = addresses.length === 0 ? '127.0.0.1' : '0.0.0.0';
    const port = await freePort(bind, 0);
    const [authority, tokens] = await Promise.all([makeAuthority('Deis registry'), makeAuthority('tokens')]);
    const address = { host: '127.0.0.1', port, authority: authority.certificate };
    const container = new RegistryContainer({
      docker,
      instance,
      imageId: imager.id,
      folder: join(folder, images),
      bind,
      choosePort: () => Promise.resolve(port),
      names: ['127.0.0.1', ...addresses],
      certificate: () => issueCertificate(authority, ['127.0.0.1', ...addresses]),
      address: () => address,
      tokens: tokens.certificate,
      now: () => new Date(),
    });
    await container.start();
    return new LocalRegistry(docker, container, address, tokens);
  }

  /** A token for a repository; `from` and `by` make one that is not good. */
  token(
    repository: string,
    actions: readonly RegistryAction[],
    { from = new Date(), by = this.tokens }: { readonly from?: Date; readonly by?: KeyPair } = {},
  ): Secret {
    return registryToken(
      by,
      { subject: 'test', repository, actions, lifetimeSeconds: 300 },
      from,
      randomUUID(),
    );
  }
}
