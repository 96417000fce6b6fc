import type Docker from 'dockerode';
import type { FormationParts } from '../formation/context/formation-parts.js';
import type { ImageRegistry } from '../registry/image-registry.js';
import type { Settings } from '../settings/settings.js';
import type { Base } from './open-base.js';
import type { PushParts } from './builds/push-parts.js';
import type { Git } from './start/start-git.js';
import type { Http } from './start/start-http.js';
import type { Slugs } from './start/start-slug-server.js';

/** What parts tell the parts after them. */
export interface Assembled {
  readonly slugs: Slugs;
  readonly registry: ImageRegistry;
  readonly formation: FormationParts;
  readonly pushes: PushParts;
  readonly git: Git;
  readonly http: Http;
  /** All that was written to this process's database before is with the backups; undefined: nothing can be said. */
  readonly archivedUntil: () => Date | undefined;
}

/** A controller that is being put together: what it stands on, and what its parts so far have told. */
export class Assembly {
  #told: Partial<Assembled> = {};

  constructor(
    readonly settings: Settings,
    readonly base: Base,
    readonly docker: Docker,
  ) {}

  add(told: Partial<Assembled>): void {
    this.#told = { ...this.#told, ...told };
  }

  /** @throws Error when no part before has told it: the list of parts is in the wrong order */
  get<Name extends keyof Assembled>(name: Name): Assembled[Name] {
    const found = this.#told[name];
    if (found === undefined) throw new Error(`no part before this one has told ${name}`);
    return found;
  }
}
