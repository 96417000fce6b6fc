import type { KnownCause } from './known-cause.js';

/** Of Dockerfiles, as buildah tells them. */
export const dockerfileCauses: readonly KnownCause[] = [
  {
    name: 'base-image-not-reached',
    patterns: [
      'initializing source docker:// … pinging container registry',
      'initializing source docker:// … dial tcp',
    ],
    advice:
      'Builds cannot reach the registry of the image in FROM: begin with the stack (`FROM deis/stack`), which is ' +
      'there already, or have the operator open the way to that registry (docs/dockerfiles.md)',
  },
  {
    name: 'base-image-refused',
    patterns: ['initializing source docker:// … unauthorized', 'initializing source docker:// … denied'],
    advice:
      'The registry gives the image in FROM only after a login, or has none of that name: builds have no ' +
      'login. Name a public image, or have the operator copy it to a registry that builds may read',
  },
  {
    name: 'base-image-missing',
    patterns: [
      'initializing source docker:// … manifest unknown',
      'initializing source docker:// … not found',
    ],
    advice: 'The registry has no image of the name and tag in FROM: look both up',
  },
  {
    name: 'no-such-stage',
    patterns: ['no stage or image found with that name'],
    advice: 'No stage of the Dockerfile has the name after --from=: `FROM ... AS NAME` gives a stage one',
  },
  {
    name: 'copied-file-missing',
    patterns: ['checking on sources under … no such file or directory'],
    advice:
      'COPY names a file that is not in what was pushed: paths begin at the root of the repository, and what ' +
      '.gitignore or .dockerignore lists is not there',
  },
  {
    name: 'unknown-instruction',
    patterns: ['Build error: Unknown instruction'],
    advice: 'A line of the Dockerfile begins with a word that is no instruction: correct it',
  },
];
