import assert from 'node:assert/strict';
import { formationJson } from '../../../../../server/api/replies/formation-json.js';
import { isLoopback } from '../../../../../base/network.js';

const formation = {
  id: 1,
  ownerId: 2,
  name: 'peachy-waxworks',
  generation: 41,
  scale: { web: 2 },
  liveReleaseId: 7,
  maintenance: false,
  proxySettings: {},
  quota: {},
  guestQuota: {},
  destroying: false,
  hostId: null,
  formerHostId: null,
  vacantHostId: null,
  formerStay: null,
  createdAt: new Date('2026-11-21T12:00:00Z'),
};
const info = (host: string) => ({
  version: '0.1.0',
  instance: '0a1b2c3d',
  git: { host, port: 2222, hostKeys: [] },
});
const layer = (name: string, kind: 'runtime' | 'proxy', addresses: string[]) => ({
  name,
  kind,
  count: 3,
  ready: addresses.length,
  addresses,
});

describe('formationJson', () => {
  const urls = (domains: string[], certified: string[], addresses = ['10.0.0.5', 'fd00::6']) =>
    formationJson(
      formation,
      {
        formationId: 1,
        owner: 'ada',
        liveVersion: 7,
        tcpPort: null,
        domains,
        certified,
        host: null,
        vacantHost: null,
        formerHost: null,
        guests: [],
        layers: [layer('runtime', 'runtime', ['10.0.0.4']), layer('edge', 'proxy', addresses)],
      },
      info('git.example.com'),
    ).urls;

  it('names domains before addresses, https where a certificate covers them, no wildcard', () => {
    assert.deepEqual(urls([], []), ['http://10.0.0.5/', 'http://[fd00::6]/']);
    assert.deepEqual(urls([], ['example.com']), ['http://10.0.0.5/', 'http://[fd00::6]/']);
    assert.deepEqual(
      urls(
        ['*.example.com', 'a.b.example.com', 'example.com', 'www.example.com'],
        ['*.example.com', 'other.com'],
      ),
      ['http://a.b.example.com/', 'http://example.com/', 'https://www.example.com/'],
    );
    assert.deepEqual(urls(['example.com'], ['example.com'], []), ['https://example.com/']);
    assert.deepEqual(urls(['*.example.com'], []), []);
  });

  it('names the proxies as urls, runtimes not', () => {
    const json = formationJson(
      formation,
      {
        formationId: 1,
        owner: 'ada',
        liveVersion: 7,
        tcpPort: null,
        domains: [],
        certified: [],
        host: null,
        vacantHost: null,
        formerHost: null,
        guests: [],
        layers: [layer('runtime', 'runtime', ['10.0.0.4']), layer('edge', 'proxy', ['10.0.0.5', '10.0.0.6'])],
      },
      info('git.example.com'),
    );
    assert.deepEqual(json.urls, ['http://10.0.0.5/', 'http://10.0.0.6/']);
    assert.deepEqual(json.layers, {
      runtime: { count: 3, nodes_ready: 1 },
      edge: { count: 3, nodes_ready: 2 },
    });
    assert.equal(json.git_url, 'ssh://git@git.example.com:2222/peachy-waxworks.git');
    assert.equal(json.live_release, 7);
    assert.deepEqual(json.domains, []);
  });

  it('puts IPv6 addresses in brackets', () => {
    const json = formationJson(
      formation,
      {
        formationId: 1,
        owner: 'ada',
        liveVersion: null,
        tcpPort: null,
        domains: [],
        certified: [],
        host: null,
        vacantHost: null,
        formerHost: null,
        guests: [],
        layers: [layer('proxy', 'proxy', ['fd00::5'])],
      },
      info('::1'),
    );
    assert.deepEqual(json.urls, ['http://[fd00::5]/']);
    assert.equal(json.git_url, 'ssh://git@[::1]:2222/peachy-waxworks.git');
  });
});

describe('whether the first user needs a setup code', () => {
  it('is no only where this machine alone can connect', () => {
    for (const bind of ['127.0.0.1', '127.8.8.8', '::1', 'localhost'])
      assert.equal(isLoopback(bind), true, bind);
    for (const bind of ['0.0.0.0', '::', '10.0.0.1', '1127.0.0.1', '127.0.0.1.example.com', ''])
      assert.equal(isLoopback(bind), false, bind);
  });
});
