import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { extract } from 'tar';
import { UserError } from '../../../base/errors.js';
import type { FetchLimits, RegistryClient } from './fetch-file.js';
import { KeptTrees } from './kept-trees.js';
import type { Toolchain, ToolchainSource } from './toolchain.js';

export interface MavenToolchainsOptions {
  readonly folder: string;
  readonly client: RegistryClient;
  /** A Maven repository, e.g. https://repo.maven.apache.org/maven2. */
  readonly mirror: string;
  readonly now: () => Date;
}

/** What an app gets that names no version, and its sha512. */
const defaultVersion = '3.9.11';
const defaultSum =
  'bcfe4fe305c962ace56ac7b5fc7a08b87d5abd8b7e89027ab251069faebee516' +
  'b0ded8961445d6d91ec1985dfe30f8153268843c89aa392733d1a3ec956c9978';
const readMs = 60_000;
const sumLimits: FetchLimits = { deadlineMs: 30_000, maxBytes: 4096 };
const archiveLimits: FetchLimits = { deadlineMs: 300_000, maxBytes: 50 * 1024 ** 2 };

/** Maven of any version, as its project publishes it in Maven's own repository. */
export class MavenToolchains implements ToolchainSource {
  readonly #trees: KeptTrees;

  constructor(private readonly options: MavenToolchainsOptions) {
    const { folder, now } = options;
    this.#trees = new KeptTrees({ folder, prefix: 'maven-', witness: 'bin/mvn', now });
  }

  async ensure(range: string, onFetch: (what: string) => void = () => undefined): Promise<Toolchain> {
    const version = range === '*' ? defaultVersion : range;
    const title = `Maven ${version}`;
    if (!(await this.#trees.isPresent(`maven-${version}`))) onFetch(title);
    const folder = await this.#trees.ensure(`maven-${version}`, (work) => this.#fetch(version, work));
    return { name: 'maven', version, title, folder };
  }

  async #fetch(version: string, work: string): Promise<string> {
    const { client, mirror } = this.options;
    const url = `${mirror}/org/apache/maven/apache-maven/${version}/apache-maven-${version}-bin.tar.gz`;
    const [archive, tree] = [join(work, 'maven.tar.gz'), join(work, 'tree')];
    const wanted =
      version === defaultVersion
        ? defaultSum
        : (await client.text(`${url}.sha512`, sumLimits)).trim().split(/\s/)[0];
    await client.file(url, archive, archiveLimits);
    const hash = createHash('sha512');
    await pipeline(createReadStream(archive), hash, { signal: AbortSignal.timeout(readMs) });
    const found = hash.digest('hex');
    if (found !== wanted)
      throw new UserError(
        `Maven ${version} came with the sha512 ${found}: expected ${wanted?.slice(0, 128)}`,
      );
    await mkdir(tree);
    await extract({ file: archive, cwd: tree, strip: 1 });
    return tree;
  }
}
