import type { Suite } from './suite.js';

/** What makes images of Dockerfiles, and what keeps images: neither needs the other, both are small. */
export const imagerPackages: readonly string[] = [
  'buildah',
  'uidmap', // newuidmap, by which a build becomes a user of no rights
  'docker-registry',
];

/** Settings of the image in Dockerfile words. */
export const imagerSettings: readonly string[] = ['WORKDIR /', 'ENV LANG=C.UTF-8', 'CMD ["/bin/false"]'];

/** Ids of the host that a build's users become: `root` of a Dockerfile is the first of them. */
export const buildIds = { first: 100_000, count: 65_536 } as const;

/** By which newuidmap and newgidmap know them. */
const idRange = `root:${buildIds.first}:${buildIds.count}\n`;

/** Files beside those of packages. */
export const imagerFiles: Readonly<Record<string, string>> = {
  '/etc/subuid': idRange,
  '/etc/subgid': idRange,
};

/** `deis/imager:bookworm` for the suite bookworm. */
export const imagerName = (suite: Suite): string => `deis/imager:${suite}`;
