import type { BuiltinBuildpack } from '../builtin-buildpack.js';
import { checkStaticJson } from '../static-json.js';

/** Files that are served as they are. */
export const staticFiles: BuiltinBuildpack = {
  name: 'static',
  title: 'Static files',
  sign: 'index.html or static.json',
  detect: ({ names }) => names.has('index.html') || names.has('static.json'),
  plan: ({ staticJson }) => ({
    processes: { web: 'node .deis/static-server.mjs' },
    runtimes: [{ name: 'node', range: '*' }],
    notes: staticJson === undefined ? [] : checkStaticJson(staticJson),
  }),
};
