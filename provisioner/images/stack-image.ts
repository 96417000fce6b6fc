import { unprivilegedUid } from '../../cookbooks/resources/archive.js';
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

/** `deis/stack:bookworm` for the suite bookworm. */
export const stackImageName = (suite: Suite): string => `deis/stack:${suite}`;
