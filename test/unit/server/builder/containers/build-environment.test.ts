import assert from 'node:assert/strict';
import {
  buildBinds,
  buildEnvironment,
  type BuildSurroundings,
} from '../../../../../server/builder/containers/build-environment.js';
import type { Runtime } from '../../../../../server/builder/runtimes/runtime.js';

const plain: BuildSurroundings = {
  stackName: 'heroku-22',
  caBundle: null,
  npmRegistry: null,
  pypiIndex: null,
  goProxy: null,
  mavenMirror: null,
  rubygemsMirror: null,
};
const node: Runtime = {
  name: 'node',
  version: '22.1.0',
  mount: '.deis/node',
  title: 'Node.js 22.1.0 and npm 10.9.0',
  folder: '/data/runtimes/node-22',
  slug: { path: 'a/node.tgz', sha256: 'a', size: 1 },
};
const other: Runtime = {
  ...node,
  name: 'other',
  mount: '.deis/other',
  title: 'Other 1',
  folder: '/data/other',
};

const none = { runtimes: [], toolchains: [] };
const go = { name: 'go', version: '1.24.4', title: 'Go 1.24.4', folder: '/data/go' };
const prepared = { runtimes: [node, other], toolchains: [go] };

describe('the environment of a build', () => {
  it('has the runtimes with their places, and nothing that is not set', () =>
    assert.deepEqual(buildEnvironment(plain, prepared, { SOURCE_VERSION: 'c0ffee' }), {
      STACK: 'heroku-22',
      SOURCE_VERSION: 'c0ffee',
      DEIS_RUNTIMES: 'node|.deis/node|Node.js 22.1.0 and npm 10.9.0\nother|.deis/other|Other 1',
    }));

  it("has the operator's mirrors and authorities for npm and for pip", () => {
    const set = {
      stackName: 'heroku-22',
      caBundle: '/etc/ca.pem',
      npmRegistry: 'https://npm.x/',
      pypiIndex: 'https://pypi.x/simple',
      goProxy: 'https://go.x',
      mavenMirror: 'https://maven.x/',
      rubygemsMirror: 'https://gems.x/',
    };
    const environment = buildEnvironment(set, none, {});
    const { PIP_INDEX_URL, PIP_CERT, PIP_TRUSTED_HOST, npm_config_registry, npm_config_cafile } = environment;
    const bundle = '/etc/ssl/certs/ca-certificates.crt';
    assert.deepEqual(
      [PIP_INDEX_URL, PIP_CERT, PIP_TRUSTED_HOST],
      ['https://pypi.x/simple', bundle, undefined],
    );
    assert.equal(environment['GOPROXY'], 'https://go.x');
    assert.equal(environment['DEIS_RUBYGEMS_MIRROR'], 'https://gems.x/');
    const { DEIS_MAVEN_MIRROR, MVNW_REPOURL } = environment;
    assert.deepEqual([DEIS_MAVEN_MIRROR, MVNW_REPOURL], ['https://maven.x/', 'https://maven.x']);
    assert.deepEqual([npm_config_registry, npm_config_cafile], ['https://npm.x/', bundle]);
  });

  it('lets pip ask an index without TLS that the operator has named', () => {
    const { PIP_TRUSTED_HOST } = buildEnvironment(
      { ...plain, pypiIndex: 'http://10.0.0.9:3141/simple' },
      none,
      {},
    );
    assert.equal(PIP_TRUSTED_HOST, '10.0.0.9:3141');
  });

  it('sees of this host the authorities, the runtimes and its cache alone', () => {
    assert.deepEqual(buildBinds(plain, none, undefined), []);
    assert.deepEqual(buildBinds({ ...plain, caBundle: '/etc/ca.pem' }, prepared, '/data/cache'), [
      '/etc/ca.pem:/etc/ssl/certs/ca-certificates.crt:ro',
      '/data/runtimes/node-22:/build/runtimes/node:ro',
      '/data/other:/build/runtimes/other:ro',
      '/data/go:/build/runtimes/go:ro',
      '/data/cache:/cache',
    ]);
  });
});
