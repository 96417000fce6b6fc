import { appCauses } from './app-causes.js';
import { dockerfileCauses } from './dockerfile-causes.js';
import { downloadCauses } from './download-causes.js';
import type { KnownCause } from './known-cause.js';

/** What is in the way of the builder itself: it comes first, because other messages follow from it. */
const limits: readonly KnownCause[] = [
  {
    name: 'no-space',
    patterns: ['No space left on device', 'ENOSPC', 'wrote too much to disk', 'disk quota exceeded'],
    advice:
      'The build needs more disk than it may use: install less, or clear what it keeps with `deis ' +
      'builds:cache clear`; the operator raises DEIS_BUILD_DISK',
  },
  {
    name: 'no-memory',
    patterns: [
      'ran out of memory',
      'heap out of memory',
      'Cannot allocate memory',
      'java.lang.OutOfMemoryError',
      'fatal error: Killed signal terminated program',
    ],
    advice:
      'The build needs more memory than it may use: do less at once (for Node.js ' +
      '`deis config:set NODE_OPTIONS=--max-old-space-size=512`), or have the operator raise DEIS_BUILD_MEMORY',
  },
  {
    name: 'no-time',
    patterns: ['was not done within … (DEIS_BUILD_SECONDS)'],
    advice:
      'The last lines say what it was at when its time was over: a step that waits for an answer, or ' +
      'for a download, never ends by itself. If it needs longer, the operator raises DEIS_BUILD_SECONDS',
  },
];

/** Tools that bring their own registries, in the place of buildpacks. */
const tools: readonly KnownCause[] = [
  {
    name: 'nixpkgs-archive',
    patterns: ['unable to download … nixpkgs', 'nixpkgs/archive/ … HTTP error', '.nixpacks/ … not found'],
    advice:
      'The archive of nixpkgs could not be fetched: push again later, or take a built-in buildpack, ' +
      'which needs no Nix (remove nixpacks.toml)',
  },
  {
    name: 'nix-version',
    patterns: ["undefined variable 'nodejs", "undefined variable 'python3", 'error: attribute … missing'],
    advice:
      'The packages of Nix here do not know that version: ask for one that they have, or take a ' +
      'built-in buildpack and name the version in its own file (engines.node, .python-version, go.mod)',
  },
  {
    name: 'attestation',
    patterns: ['attestation … verif', 'attestations … verif', 'attestations found … verif'],
    advice:
      'The signature of a tool could not be verified: name the exact version that was last built with ' +
      '(for mise in mise.toml) until its publisher has repaired it, and leave the check on',
  },
  {
    name: 'github-rate-limit',
    patterns: ['GitHub … rate limit', 'rate limit exceeded … api.github.com', 'api.github.com … rate limit'],
    advice:
      "GitHub's API answers only so many requests an hour from one address, and all builds here share " +
      'it: name exact versions, so that nothing is asked, or set a token with `deis config:set ' +
      'GITHUB_TOKEN=...`',
  },
  {
    name: 'mise-registry',
    patterns: ['mise … timed out', 'mise … error sending request', 'mise-versions … timed out'],
    advice:
      'mise could not ask its registry in time: name exact versions in mise.toml, or take a built-in ' +
      'buildpack and name the version in its own file',
  },
];

/** Causes in the order in which they are looked for: the first that fits is told. */
export const knownCauses: readonly KnownCause[] = [
  ...limits,
  ...dockerfileCauses,
  ...tools,
  ...downloadCauses,
  ...appCauses,
];
