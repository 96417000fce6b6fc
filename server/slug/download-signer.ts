import { randomBytes } from 'node:crypto';
import { Secret } from '../../base/secret.js';
import type { InstanceFactStore } from '../store/instance-fact-store.js';
import { downloadPath } from './download-path.js';
import { signUrl } from './sign-url.js';

export interface DownloadSignerOptions {
  readonly key: Secret;
  /**
   * Base URL of the slug server as nodes see it, where the caller names no other; asked each time, for ports
   * are known late.
   */
  readonly baseUrl: () => string;
  /** How long a URL is good; a converge is over by then. */
  readonly lifetimeSeconds: number;
  readonly now: () => Date;
}

/** The instance's signing key: made once, kept with its facts. */
export function slugSigningKey(facts: InstanceFactStore): Promise<Secret> {
  return facts.getOrCreate('slug-signing-key', () => new Secret(randomBytes(32).toString('hex')));
}

/** Makes the signed, expiring URLs that nodes download from. */
export class DownloadSigner {
  constructor(private readonly options: DownloadSignerOptions) {}

  /**
   * URL of a slug (`<sha256>/<formation>.tgz`) or of the stack image (`sha256:<image id>`): the keys of
   * RecipeNode.downloads.
   * @param clients addresses of the one node that it is for; none: whoever has it
   */
  url(wanted: string, clients: readonly string[], baseUrl = this.options.baseUrl()): string {
    const expires = Math.floor(this.options.now().getTime() / 1000) + this.options.lifetimeSeconds;
    return signUrl(baseUrl, downloadPath(wanted), { expires, clients }, this.options.key);
  }
}
