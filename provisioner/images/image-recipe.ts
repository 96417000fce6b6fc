import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { HostPackages } from './host/host-packages.js';
import { imagerFiles, imagerPackages, imagerSettings, imagerName } from './imager-image.js';
import { nodeFiles, nodeImageName, nodePackages, nodeSettings } from './node-image.js';
import { stackImageName, stackPackages, stackSettings } from './stack-image.js';

/** Each has its `setup-KIND.sh`. */
export const imageKinds = ['stack', 'node', 'imager'] as const;
export type ImageKind = (typeof imageKinds)[number];

/** What every root file system begins as. */
export const basePackages: readonly string[] = [
  'ca-certificates',
  'curl',
  'openssl',
  'procps',
  'usr-is-merged',
];

export interface ImageRecipe {
  readonly kind: ImageKind;
  /** Name with the suite as its tag, e.g. `deis/node:bookworm`. */
  readonly name: string;
  /**
   * sha256 of all that goes into the image: packages, scripts, settings, the host's sources and certificates.
   */
  readonly hash: string;
  readonly packages: readonly string[];
  readonly settings: readonly string[];
  /** Files of the image by absolute path, beside those of packages. */
  readonly files: Readonly<Record<string, string>>;
}

/** A script beside this file, from the sources and from dist/ alike. */
export const recipeScript = (name: string): URL => new URL(`recipe/${name}`, import.meta.url);

const commonScripts = ['build-images.sh', 'copy-keyrings.sh', 'trust-host-authorities.sh'];

/** The stack image's recipe of a host with these packages. */
export async function stackRecipe(host: HostPackages): Promise<ImageRecipe> {
  const start = await readFile(recipeScript('start.sh'), 'utf8');
  const own = {
    kind: 'stack',
    name: stackImageName(host.suite),
    packages: stackPackages,
    settings: stackSettings,
    files: { '/usr/local/bin/start': start },
  } as const;
  return withHash(own, ['setup-stack.sh'], host, '');
}

/** The node image's recipe: it holds the very stack image whose id is given. */
export function nodeRecipe(host: HostPackages, stackId: string): Promise<ImageRecipe> {
  const own = {
    kind: 'node',
    name: nodeImageName(host.suite),
    packages: nodePackages(host.suite),
    settings: nodeSettings,
    files: nodeFiles,
  } as const;
  return withHash(own, ['setup-node.sh', 'preload-stack.sh'], host, stackId);
}

/** The recipe of the imager, which makes images of Dockerfiles and keeps them. */
export function imagerRecipe(host: HostPackages): Promise<ImageRecipe> {
  const own = {
    kind: 'imager',
    name: imagerName(host.suite),
    packages: imagerPackages,
    settings: imagerSettings,
    files: imagerFiles,
  } as const;
  return withHash(own, ['setup-imager.sh'], host, '');
}

async function withHash(
  own: Omit<ImageRecipe, 'hash'>,
  ownScripts: readonly string[],
  host: HostPackages,
  contained: string,
): Promise<ImageRecipe> {
  const scripts = await Promise.all(
    [...commonScripts, ...ownScripts].map((script) => readFile(recipeScript(script), 'utf8')),
  );
  const hash = createHash('sha256')
    .update(JSON.stringify({ own, basePackages, scripts, facts: host, contained }))
    .digest('hex');
  return { ...own, hash };
}
