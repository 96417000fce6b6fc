import { hostNeeds, type PackageNeed } from '../provisioner/images/host/host-needs.js';

/** Debian packages that the host needs beside those of the images and the engine. */
export const hostPackages: readonly PackageNeed[] = [
  { name: 'git', why: 'the git endpoint and the push' },
  { name: 'openssh-client', why: 'the push and its key' },
  ...hostNeeds.logs,
];
