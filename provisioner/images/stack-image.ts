import { unprivilegedUid } from '../../cookbooks/resources/files/archive.js';
import type { Suite } from './suite.js';

/** Where an app's code, toolchain and dependencies meet: what builds and processes run in. */
export const stackPackages: readonly string[] = [
  'git',
  'gcc',
  'g++',
  'make',
  'libc6-dev',
  'pkg-config',
  'python3', // native modules of Node.js and others
  'python3-pip',
  'xz-utils',
  'unzip',
  'zstd',
  'bzip2',
  'file',
  // what buildpacks call, and Heroku's stacks have
  'jq',
  'patch',
  'zip',
  'wget',
  'rsync',
  'gettext-base',
];

/** The label of a stack image that tells the uid of its user `app`; images of before have none, and 1000. */
export const appUidLabel = 'deis.app-uid';
export const appUidBefore = 1000;

/** Settings of the image in Dockerfile words. */
export const stackSettings: readonly string[] = [
  `LABEL ${appUidLabel}=${unprivilegedUid}`,
  'WORKDIR /app',
  'ENV HOME=/app',
  'ENV LANG=C.UTF-8',
  'CMD ["/bin/bash"]',
];

/**
 * What buildpacks are told that the stack is, by suite: they know Heroku's names alone, and choose binaries by them.
 * Each is the newest of Heroku's whose C library is no newer than the suite's: 2.35 beside 2.36, 2.39 beside 2.41.
 */
export const herokuStacks: Readonly<Record<Suite, string>> = { bookworm: 'heroku-22', trixie: 'heroku-24' };

/** `deis/stack:bookworm` for the suite bookworm. */
export const stackImageName = (suite: Suite): string => `deis/stack:${suite}`;
