import { join } from 'node:path';
import { UserError } from '../../../base/errors.js';
import { packageTrouble } from './debian-packages.js';
import { KeptTrees, type KeptTreesOptions } from './kept-trees.js';

/** A tree of one line of packages. */
export interface DebianTree {
  /** For people, e.g. `OpenJDK 17`. */
  readonly title: string;
  /** What the names of its trees begin with, e.g. `java-17-bookworm-x64-`. */
  readonly kind: string;
  /** As of KeptTrees. */
  readonly make: (work: string) => Promise<string>;
}

/** Debian's fixes come as new packages: they are asked for again after this long. */
const renewMs = 7 * 86_400_000;

/** Trees that are made of Debian's packages, and again each week; where no mirror answers, an earlier one will do. */
export class DebianTrees {
  readonly #trees: KeptTrees;

  constructor(private readonly options: KeptTreesOptions) {
    this.#trees = new KeptTrees(options);
  }

  /** The folder of a tree. @param onFetch told of one that is fetched @throws UserError when it cannot be had */
  async ensure({ title, kind, make }: DebianTree, onFetch: (what: string) => void): Promise<string> {
    const name = `${kind}${Math.floor(this.options.now().getTime() / renewMs)}`;
    if (await this.#trees.isPresent(name)) return join(this.options.folder, name);
    onFetch(title);
    try {
      return await this.#trees.ensure(name, make);
    } catch (cause) {
      const earlier = (await this.#trees.names()).filter((each) => each.startsWith(kind)).at(-1);
      if (earlier !== undefined && (await this.#trees.isPresent(earlier)))
        return join(this.options.folder, earlier);
      throw new UserError(`${title} could not be had from the Debian mirror: ${packageTrouble(cause)}`, {
        cause,
      });
    }
  }
}
