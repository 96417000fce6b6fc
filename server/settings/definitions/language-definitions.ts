import { url } from '../setting-schemas.js';

/** Where builds get the packages of their languages. */
export const languageDefinitions = {
  DEIS_PYPI_INDEX: {
    schema: url.optional(),
    shown: "pip's own",
    help: 'simple package index that Python builds use',
  },
  DEIS_GOPROXY: {
    schema: url.optional(),
    shown: 'https://proxy.golang.org',
    help: 'Go module proxy that builds use, also for Go itself',
  },
  DEIS_MAVEN_MIRROR: {
    schema: url.optional(),
    shown: 'Maven Central',
    help: 'Maven repository that Java builds use, also for Maven itself',
  },
  DEIS_RUBYGEMS_MIRROR: {
    schema: url.optional(),
    shown: 'https://rubygems.org',
    help: 'mirror of rubygems.org that Ruby builds use',
  },
  DEIS_NPM_REGISTRY: { schema: url.optional(), shown: "npm's own", help: 'npm registry that builds use' },
};
