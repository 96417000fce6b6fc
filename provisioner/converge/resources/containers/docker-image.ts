import { UserError } from '../../../../base/errors.js';
import { resourceId, type ResourceOf } from '../../../../cookbooks/resource.js';
import { shellQuote } from '../../../ssh/shell-quote.js';
import type { ResourceCompiler } from '../../compiled-resource.js';
import { imageUrl } from '../../resource-helpers/docker-api.js';
import { compileDownload } from '../../resource-helpers/download.js';

type DockerImage = ResourceOf<'docker_image'>;

export const dockerImage: ResourceCompiler<'docker_image'> = {
  library: 'containers/docker-image.sh',
  compile(resource, n) {
    if (!/^sha256:[0-9a-f]{64}$/.test(resource.id))
      throw refusal(resource, 'id', 'sha256: and 64 hexadecimal digits');
    return {
      facts: { docker: [imageUrl(resource.id)] },
      test: `image_ok ${shellQuote([resource.id])}`,
      diff: `printf -- '+%s@%s\\n' ${shellQuote([resource.name, resource.id])}`,
      ...(resource.pull === undefined ? load(resource, n) : pull(resource, resource.pull, n)),
    };
  },
};

function load({ name, id, url }: DockerImage, n: number) {
  return {
    functions: compileDownload(n, url),
    repair: `image_load ${shellQuote([name, id, `download_${n}`])}`,
  };
}

/** What signs in is written by a function of the program: on no command line, in no environment. */
function pull(resource: DockerImage, reference: string, n: number) {
  const [, registry] = /^([a-zA-Z0-9.-]+:\d+)\/[a-z0-9][a-z0-9._/-]*:[a-zA-Z0-9_.-]+$/.exec(reference) ?? [];
  if (registry === undefined)
    throw refusal(resource, 'pull', 'HOST:PORT/NAME:TAG, e.g. registry.example.com:5000/app:1');
  const auths = Object.fromEntries(signInOf(resource).map((signIn) => [registry, signIn]));
  return {
    functions: { [`signin_${n}`]: `printf '%s\\n' ${shellQuote([JSON.stringify({ auths })])}` },
    repair: `image_pull ${shellQuote([resource.name, resource.id, reference, `signin_${n}`])}`,
  };
}

/** As Docker's own settings file has it. */
function signInOf({ token, login }: DockerImage): Record<string, string>[] {
  if (token !== undefined) return [{ registrytoken: token.reveal() }];
  return login === undefined ? [] : [{ auth: Buffer.from(login.reveal()).toString('base64') }];
}

function refusal(resource: DockerImage, field: string, expected: string): UserError {
  return new UserError(`${resourceId(resource)}: ${field} must be ${expected}`, { field });
}
