import { UserError } from '../../base/errors.js';
import type { NodeRegistry } from '../../cookbooks/recipe.js';
import type { Stores } from '../store/stores.js';
import { askRegistry } from './ask-registry.js';
import type { ImageRegistry } from './image-registry.js';
import { registryAuthorities } from './key-pair.js';
import { pushImage, type PushedImage, type PushTarget } from './push-image.js';
import type { ImageLayout } from './image-layout.js';
import { registryToken, type RegistryAction } from './registry-token.js';

/** The name that its certificate is for, and that nodes know it by where no other is set. */
export const registryName = 'registry.deis.internal';

export interface OwnRegistryOptions {
  readonly stores: Pick<Stores, 'instanceFacts' | 'withLock'>;
  /** What the operator calls it, for nodes; null: nodes are told an address of the controller. */
  readonly publicHost: string | null;
  /** Of a node's token: as long as a converge may take. */
  readonly nodeSeconds: number;
  /** Has it running when this process is who runs it: where this process reaches it. Safe to repeat. */
  readonly open: (say: (line: string) => void) => Promise<{ readonly host: string; readonly port: number }>;
  readonly now: () => Date;
  /** A new uuid. */
  readonly newId: () => string;
}

/** Of whoever sends an image: as long as a build may take. */
const pushSeconds = 3600;
const collectSeconds = 300;
/** An image whose parts were collected while it was sent is sent again. */
const maxTries = 3;

/** Held while a manifest is written, and while what no manifest names is removed. */
export const manifestLock = 'manifests of the registry';

/** The registry that the controller runs: what images are sent to and pulled from, by tokens that end. */
export class OwnRegistry implements ImageRegistry {
  constructor(private readonly options: OwnRegistryOptions) {}

  /**
   * Sends an image to the formation's repository, under its id. Safe to repeat. @throws when the registry
   * cannot be had or refuses
   */
  async publish(
    formation: string,
    image: { readonly folder: string; readonly layout: ImageLayout },
    say: (line: string) => void,
    signal: AbortSignal,
  ): Promise<PushedImage> {
    const { host, port } = await this.options.open(say);
    signal.throwIfAborted();
    const { server } = await this.#authorities();
    const registry = { host, port, name: registryName, authority: server.certificate };
    for (let tries = 1; ; tries += 1) {
      try {
        return await pushImage({ registry, ...(await this.#entry(formation)) }, image, signal);
      } catch (error) {
        if (signal.aborted || tries === maxTries) throw error;
      }
    }
  }

  /** How a node pulls images of its formation: with a token of its own, for as long as a converge may take. */
  async forNode(node: string, formation: string, controllers: readonly string[]): Promise<NodeRegistry> {
    const { port } = await this.options.open(() => undefined);
    const { publicHost, nodeSeconds } = this.options;
    const [at] = controllers;
    if (publicHost === null && at === undefined)
      throw new UserError(
        'the nodes know no address of the controller to pull images from: set DEIS_REGISTRY_HOST to one',
      );
    const { server } = await this.#authorities();
    return {
      address: `${publicHost ?? registryName}:${port}`,
      ...(publicHost === null && at !== undefined ? { at } : {}),
      authority: server.certificate,
      token: await this.token(node, formation, ['pull'], nodeSeconds),
    };
  }

  /** Removes an image by the digest of its manifest; its parts stay. Safe to repeat. @throws when refused */
  async remove(repository: string, manifest: string, signal: AbortSignal): Promise<void> {
    const { host, port } = await this.options.open(() => undefined);
    const { server } = await this.#authorities();
    const { status } = await askRegistry(
      { host, port, name: registryName, authority: server.certificate },
      {
        method: 'DELETE',
        path: `${repository}/manifests/${manifest}`,
        token: await this.token('collector', repository, ['delete'], collectSeconds),
        signal,
      },
    );
    if (status !== 202 && status !== 404)
      throw new Error(`the registry answered ${status} on removing ${manifest} of ${repository}`);
  }

  /** A token that is good for one repository, for so long. */
  async token(subject: string, repository: string, actions: readonly RegistryAction[], seconds: number) {
    const { tokens } = await this.#authorities();
    const { now, newId } = this.options;
    return registryToken(tokens, { subject, repository, actions, lifetimeSeconds: seconds }, now(), newId());
  }

  #authorities() {
    return registryAuthorities(this.options.stores.instanceFacts);
  }

  async #entry(repository: string): Promise<Omit<PushTarget, 'registry'>> {
    const { stores } = this.options;
    const token = await this.token('builder', repository, ['pull', 'push'], pushSeconds);
    return {
      repository,
      credential: () => Promise.resolve({ token }),
      locked: (write) => stores.withLock(manifestLock, write),
    };
  }
}
