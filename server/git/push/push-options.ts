import { isDockerfilePath } from '../../formation/requests/process-types/dockerfile-path.js';

/** What a pusher asks for with `git push -o`. */
export interface PushOptions {
  /** The deploy ends when the push is cut off. */
  readonly cancels: boolean;
  /** Path of the Dockerfile to build by. */
  readonly dockerfile?: string;
}

const cancelOption = 'cancel-on-disconnect';
const dockerfileOption = 'dockerfile=';

/** Reads the options of a push; `refuse` says in a sentence what is wrong with them. */
export function readPushOptions(options: readonly string[]): PushOptions | { readonly refuse: string } {
  const named = options.filter((option) => option.startsWith(dockerfileOption));
  const unknown = options.find((option) => option !== cancelOption && !named.includes(option));
  if (unknown !== undefined)
    return {
      refuse: `no push option ${unknown}; there are ${cancelOption} and ${dockerfileOption}PATH (deis help git)`,
    };
  const paths = named.map((option) => option.slice(dockerfileOption.length));
  const wrong = paths.find((path) => !isDockerfilePath(path));
  if (wrong !== undefined)
    return {
      refuse:
        `${JSON.stringify(wrong)} is not a valid path of a Dockerfile: expected one within what is pushed, ` +
        'e.g. dockerfile=docker/Dockerfile',
    };
  if (paths.length > 1) return { refuse: `one Dockerfile at a time: this push names ${paths.join(' and ')}` };
  const cancels = options.includes(cancelOption);
  return paths[0] === undefined ? { cancels } : { cancels, dockerfile: paths[0] };
}
