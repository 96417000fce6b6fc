import { messageOf, UserError } from '../../base/errors.js';
import type { Secret } from '../../base/secret.js';
import type { NodeRegistry } from '../../cookbooks/recipe.js';
import type { Stores } from '../store/stores.js';
import { askRegistry, type RegistryAddress, type RegistryAnswer } from './ask-registry.js';
import type { ImageLayout } from './image-layout.js';
import type { ImageRegistry } from './image-registry.js';
import { manifestLock } from './own-registry.js';
import { pushImage, type PushedImage } from './push-image.js';
import { RegistrySession } from './registry-session.js';

export interface OperatorRegistryOptions {
  readonly stores: Pick<Stores, 'withLock'>;
  readonly registry: RegistryAddress;
  /** What stands before the names of all our repositories: `team/deis`, or nothing. */
  readonly path: string;
  /** This controller's id: others may keep images in the same place. */
  readonly instance: string;
  /** `USERNAME:PASSWORD` of who may push. */
  readonly login: Secret | undefined;
  /** Of who may pull alone: what nodes get. */
  readonly pullLogin: Secret | undefined;
  readonly now: () => Date;
}

/** Of each list that is asked for. */
const pageSize = 1000;
const maxPages = 20;
const maxTries = 3;

/** The registry that the operator has: images lie in a repository for each formation, `PATH/INSTANCE-FORMATION`. */
export class OperatorRegistry implements ImageRegistry {
  readonly #session: RegistrySession;

  constructor(private readonly options: OperatorRegistryOptions) {
    this.#session = new RegistrySession(options);
  }

  async publish(
    formation: string,
    image: { readonly folder: string; readonly layout: ImageLayout },
    _say: (line: string) => void,
    signal: AbortSignal,
  ): Promise<PushedImage> {
    const { registry, stores } = this.options;
    const repository = this.repositoryOf(formation);
    const target = {
      registry,
      repository,
      credential: () => this.#session.credential(`repository:${repository}:pull,push`, signal),
      locked: <T>(write: () => Promise<T>) => stores.withLock(manifestLock, write),
    };
    for (let tries = 1; ; tries += 1) {
      try {
        return await pushImage(target, image, signal);
      } catch (error) {
        if (signal.aborted || error instanceof UserError) throw error;
        // A connection that broke off; what the registry has answered it would answer again.
        if (isBroken(error) && tries < maxTries) continue;
        const place = `${registry.host}:${registry.port}`;
        throw new Error(`the registry ${place} did not take the image: ${messageOf(error)}`, {
          cause: error,
        });
      }
    }
  }

  /** With the login that pulls, which stays good: a node has it in a file for the time of a pull. */
  forNode(_node: string, formation: string): Promise<NodeRegistry> {
    const { registry, login, pullLogin } = this.options;
    const signsIn = pullLogin ?? login;
    return Promise.resolve({
      address: `${registry.host}:${registry.port}`,
      repository: this.repositoryOf(formation),
      ...(registry.authority === undefined ? {} : { authority: registry.authority }),
      ...(signsIn === undefined ? {} : { login: signsIn }),
    });
  }

  repositoryOf(formation: string): string {
    const { path, instance } = this.options;
    return `${path === '' ? '' : `${path}/`}${instance}-${formation}`;
  }

  /**
   * Names of formations that have a repository, as far as the registry tells; undefined when it does not.
   * @throws when it says too much
   */
  async formations(signal: AbortSignal): Promise<string[] | undefined> {
    const { status, names } = await this.#list('_catalog', 'registry:catalog:*', 'repositories', signal);
    if (status !== 200) return undefined;
    const ours = this.repositoryOf('');
    return names.filter((name) => name.startsWith(ours)).map((name) => name.slice(ours.length));
  }

  /** Ids of the images of a formation: `sha256:...`. @throws when the registry does not tell */
  async images(formation: string, signal: AbortSignal): Promise<string[]> {
    const repository = this.repositoryOf(formation);
    const scope = `repository:${repository}:pull`;
    const { status, names } = await this.#list(`${repository}/tags/list`, scope, 'tags', signal);
    if (status !== 200 && status !== 404)
      throw new Error(`the registry answers ${status} on the images of ${repository}`);
    return names.filter((tag) => /^[0-9a-f]{64}$/.test(tag)).map((tag) => `sha256:${tag}`);
  }

  /**
   * Removes an image; its parts stay until the registry collects them. Safe to repeat.
   * @returns whether the registry lets it be removed
   */
  async remove(formation: string, id: string, signal: AbortSignal): Promise<boolean> {
    const repository = this.repositoryOf(formation);
    const scope = `repository:${repository}:pull,delete`;
    const ask = async (method: 'HEAD' | 'DELETE', reference: string): Promise<RegistryAnswer> =>
      askRegistry(this.options.registry, {
        method,
        path: `${repository}/manifests/${reference}`,
        ...(await this.#session.credential(scope, signal)),
        signal,
      });
    const { status, digest } = await ask('HEAD', id.replace('sha256:', ''));
    if (status === 404) return true;
    if (digest === undefined) throw new Error(`the registry answers ${status} on ${id} of ${repository}`);
    const gone = await ask('DELETE', digest);
    if ([401, 403, 405].includes(gone.status)) return false;
    if (gone.status !== 202 && gone.status !== 200 && gone.status !== 404)
      throw new Error(`the registry answers ${gone.status} on removing ${id} of ${repository}`);
    return true;
  }

  /** @throws when it is not there, or does not let us in, which it says */
  async check(signal: AbortSignal): Promise<void> {
    const { registry } = this.options;
    const credential = await this.#session.credential(
      `repository:${this.repositoryOf('check')}:pull`,
      signal,
    );
    const { status } = await askRegistry(registry, { method: 'GET', path: '', ...credential, signal });
    if (status !== 200)
      throw new UserError(
        `the registry ${registry.host} answers ${status} to the login of DEIS_REGISTRY_USERNAME`,
      );
  }

  /** A list of names, page by page, and what its last page was answered with. */
  async #list(
    path: string,
    scope: string,
    field: 'repositories' | 'tags',
    signal: AbortSignal,
  ): Promise<{ readonly status: number; readonly names: readonly string[] }> {
    const found: string[] = [];
    for (let page = 0; page < maxPages; page += 1) {
      const last = found.at(-1);
      const { status, body } = await askRegistry(this.options.registry, {
        method: 'GET',
        path: `${path}?n=${pageSize}${last === undefined ? '' : `&last=${encodeURIComponent(last)}`}`,
        ...(await this.#session.credential(scope, signal)),
        signal,
      });
      if (status !== 200) return { status, names: found };
      const names = namesIn(body, field).filter((name) => name !== last);
      found.push(...names);
      if (names.length < pageSize) break;
    }
    return { status: 200, names: found };
  }
}

function namesIn(body: string, field: string): string[] {
  const answer = JSON.parse(body) as Record<string, unknown>;
  const names = answer[field];
  return Array.isArray(names) ? names.filter((name): name is string => typeof name === 'string') : [];
}

/** Of the network, which gives its errors a code, and no answer of the registry. */
function isBroken(error: unknown): boolean {
  return ['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ECONNREFUSED'].includes(
    (error as NodeJS.ErrnoException).code ?? '',
  );
}
