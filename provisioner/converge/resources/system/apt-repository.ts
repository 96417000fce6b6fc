import { UserError } from '../../../../base/errors.js';
import { resourceId } from '../../../../cookbooks/resource.js';
import type { AptRepositoryResource } from '../../../../cookbooks/resources/system/apt-repository.js';
import { shellQuote } from '../../../ssh/shell-quote.js';
import type { ResourceCompiler } from '../../compiled-resource.js';
import { compileAbsence } from '../../resource-helpers/absence.js';
import { file } from '../files/file.js';

export const aptRepository: ResourceCompiler<'apt_repository'> = {
  library: 'system/apt-repository.sh',
  compile(resource, n) {
    if (!/^[A-Za-z0-9_.-]+$/.test(resource.name))
      throw new UserError(
        `${resourceId(resource)}: the name of a repository has letters, digits, _, . and - alone`,
        { field: 'name' },
      );
    const path = `/etc/apt/sources.list.d/${resource.name}.sources`;
    if (resource.action === 'delete') return compileAbsence(path);
    return {
      ...file.compile({ kind: 'file', name: path, content: deb822(resource) }, n),
      repair: `apt_source_set ${shellQuote([path, '644', 'root', 'root', `content_${n}`])}`,
    };
  },
};

function deb822(resource: AptRepositoryResource): string {
  const { uri, suites, components = ['main'], architectures = [] } = resource;
  if (!/^[a-z+]+:\S+$/.test(uri))
    throw new UserError(`${resourceId(resource)}: ${uri} is no URI of a repository`, { field: 'uri' });
  const isFlat = suites.some((suite) => suite.endsWith('/'));
  const lists = {
    Suites: suites,
    ...(isFlat ? {} : { Components: components }),
    ...(architectures.length === 0 ? {} : { Architectures: architectures }),
  };
  for (const [name, words] of Object.entries(lists)) {
    const wrong = words.find((word) => !/^[^\s#]+$/.test(word));
    if (wrong !== undefined || words.length === 0)
      throw new UserError(`${resourceId(resource)}: ${name} cannot be ${JSON.stringify(wrong ?? '')}`, {
        field: name.toLowerCase(),
      });
  }
  const fields = Object.entries(lists).map(([name, words]) => `${name}: ${words.join(' ')}`);
  return ['Types: deb', `URIs: ${uri}`, ...fields, `Signed-By:${signedBy(resource)}`, ''].join('\n');
}

/** A key within the file: its lines indented, empty ones as a dot. */
function signedBy(resource: AptRepositoryResource): string {
  const { signedBy: key } = resource;
  if (/^\/\S+$/.test(key)) return ` ${key}`;
  const text = key.trim();
  if (!text.startsWith('-----BEGIN PGP PUBLIC KEY BLOCK-----'))
    throw new UserError(
      `${resourceId(resource)}: signedBy must be the path of a keyring or an armoured public key`,
      { field: 'signedBy' },
    );
  return `\n${text
    .split('\n')
    .map((line) => ` ${line.trim() === '' ? '.' : line.trim()}`)
    .join('\n')}`;
}
