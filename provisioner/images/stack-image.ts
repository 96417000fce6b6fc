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

/** Settings of the image in Dockerfile words. */
export const stackSettings: readonly string[] = [
  'WORKDIR /app',
  'ENV HOME=/app',
  'ENV LANG=C.UTF-8',
  'CMD ["/bin/bash"]',
];

/** `deis/stack:bookworm` for the suite bookworm. */
export const stackImageName = (suite: Suite): string => `deis/stack:${suite}`;
