import { goVersionOf } from '../../toolchains/go-version.js';
import type { BuiltinBuildpack } from '../builtin-buildpack.js';

/** Go modules. Which of their packages are programs, the build finds out. */
export const go: BuiltinBuildpack = {
  name: 'go',
  title: 'Go',
  sign: 'go.mod',
  detect: ({ names }) => names.has('go.mod'),
  plan: ({ goMod = '' }) => ({
    processes: {},
    decidesLater: true,
    runtimes: [],
    toolchains: [{ name: 'go', range: goVersionOf(goMod) }],
    notes: [],
  }),
};
