import { UserError } from '../../../base/errors.js';
import type { BuiltinBuildpack } from './builtin-buildpack.js';
import { parseJsonObject, shown } from './json-file.js';

/** Files that are served as they are. */
export const staticFiles: BuiltinBuildpack = {
  name: 'static',
  title: 'Static files',
  sign: 'index.html or static.json',
  detect: ({ names }) => names.has('index.html') || names.has('static.json'),
  plan: ({ staticJson }) => {
    const settings = staticJson === undefined ? {} : parseJsonObject('static.json', staticJson);
    const root = settings['root'] ?? '.';
    if (typeof root !== 'string' || root.startsWith('/') || root.split('/').includes('..')) {
      throw new UserError(`static.json: root is ${shown(root)}, and must name a folder of the repository`, {
        field: 'root',
      });
    }
    return {
      processes: { web: 'node .deis/static-server.mjs' },
      runtimes: [{ name: 'node', range: '*' }],
      notes: [],
    };
  },
};
