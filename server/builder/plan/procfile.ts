import type { BuiltinBuildpack } from './builtin-buildpack.js';

/** An app that is pushed as it runs, or that builds itself by its own bin/compile. */
export const procfile: BuiltinBuildpack = {
  name: 'procfile',
  title: 'Procfile',
  sign: 'a Procfile',
  detect: (source) => source.procfile !== undefined,
  plan: () => ({ processes: {}, runtimes: [], notes: [] }),
};
