import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { ApiHarness, type Caller } from '../../../support/server/api-harness.js';

const base = '/api/formations/peachy-waxworks';

describe('limits, health checks and settings of proxies over HTTP', function () {
  this.timeout(30_000);
  let api: ApiHarness;
  let owner: Caller;
  let collaborator: Caller;
  let viewer: Caller;

  before(async () => {
    api = await ApiHarness.start();
    const admin = await api.register('ada');
    owner = await api.register('olga', admin);
    [collaborator, viewer] = [await api.register('carl', admin), await api.register('vera', admin)];
    await owner.post('/api/formations', { id: 'peachy-waxworks', flavor: 'mock' }).expect(201);
    await owner.post(`${base}/perms`, { username: 'carl', role: 'collaborator' });
    await owner.post(`${base}/perms`, { username: 'vera', role: 'viewer' });
    api.worker.outcome = { state: 'succeeded', result: { release: 1 } };
  });
  after(() => api.close());

  const refused = async (path: string, body: object, field: string): Promise<void> => {
    const { body: problem } = await owner.post(`${base}/${path}`, body).expect(400);
    assert.ok(
      problem.field === field || problem.errors?.some((each: { field: string }) => each.field === field),
      JSON.stringify(problem),
    );
  };

  it('shows limits, and refuses what is none by its field', async () => {
    assert.deepEqual((await viewer.get(`${base}/limits`).expect(200)).body, { release: null, types: {} });
    await refused('limits', { memory: { web: 'lots' } }, 'memory.web');
    await refused('limits', { memory: { web: true } }, 'memory.web');
    await refused('limits', { cpus: { web: 0 } }, 'cpus.web');
    await refused('limits', { cpus: { web: '1' } }, 'cpus.web');
    await refused('limits', { cpu: { web: 1 } }, 'cpu');
    await refused('limits', {}, 'memory');
  });

  it('shows the limits of every process type of the build, and of others that have one', async () => {
    const { stores } = api.parts;
    await owner.post('/api/formations', { id: 'built', flavor: 'mock' }).expect(201);
    const { id: formationId } = (await stores.formations.byName('built'))!;
    const build = await stores.builds.insert({
      kind: 'image',
      id: randomUUID(),
      formationId,
      createdBy: null,
      gitCommit: 'c0ffee',
      procfile: { web: 'serve', clock: 'tick' },
      buildpack: 'Dockerfile',
      reference: 'built:c0ffee',
      digest: `sha256:${'a'.repeat(64)}`,
      port: null,
      size: 1000,
    });
    const { id: configId } = await stores.configs.presentOrEmpty(formationId, null);
    const limits = { gone: { cpus: 1 } };
    const cut = { formationId, buildId: build.id, configId, summary: 'Deploy', createdBy: null };
    await stores.releases.insert({ ...cut, limits });
    assert.deepEqual((await owner.get('/api/formations/built/limits').expect(200)).body, {
      release: 1,
      types: {
        clock: { memory: null, cpus: null },
        gone: { memory: null, cpus: 1 },
        web: { memory: null, cpus: null },
      },
    });
    const { body } = await owner.get('/api/formations/built/builds').expect(200);
    const { image, slug_path: slug, size } = body.results[0];
    assert.deepEqual([image, slug, size], [`built:c0ffee@sha256:${'a'.repeat(64)}`, null, 1000]);
    assert.deepEqual(await stores.builds.keptPaths(), new Set());
  });

  it('shows stop timeouts, and refuses what is none by its field', async () => {
    const path = `${base}/timeouts`;
    assert.deepEqual((await viewer.get(path).expect(200)).body, { release: null, timeouts: {} });
    for (const seconds of [0, 61, 1.5, '30'])
      await refused('timeouts', { timeouts: { web: seconds } }, 'timeouts.web');
    await refused('timeouts', { timeouts: {} }, 'timeouts');
    await viewer.post(path, { timeouts: { web: 30 } }).expect(403);
    await collaborator.post(path, { timeouts: { web: 30, worker: null } }).expect(200);
  });

  it('lets collaborators change limits, and admins alone the proxies', async () => {
    const limits = { memory: { web: '512M' } };
    await viewer.post(`${base}/limits`, limits).expect(403);
    await collaborator.post(`${base}/limits`, limits).expect(200);
    assert.deepEqual((await viewer.get(`${base}/limits`).expect(200)).body, {
      release: 2,
      types: { web: { memory: 512 * 1024 ** 2, cpus: null } },
    });
    await collaborator.post(`${base}/proxy`, { timeout: 60 }).expect(403);
    await owner.post(`${base}/proxy`, { timeout: 60 }).expect(200);
    const { body } = await viewer.get(`${base}/proxy`).expect(200);
    assert.deepEqual(body, {
      mode: 'http',
      port: null,
      type: null,
      algorithm: 'round_robin',
      body_size: null,
      timeout: 60,
      enforce_https: false,
      hsts: null,
      hsts_subdomains: false,
      hsts_preload: false,
      allow: [],
      trusted: [],
      proxy_protocol: false,
      rate_limit: null,
      rate_burst: null,
      error_page: {},
      set: ['timeout'],
    });
  });

  it('refuses settings that cannot be by their field', async () => {
    const wrong: [string, unknown][] = [
      ['algorithm', 'random'],
      ['body_size', '20 m'],
      ['timeout', 0],
      ['timeout', '60'],
      ['enforce_https', 'on'],
      ['hsts', -1],
      ['allow', '10.0.0.0/8'],
      ['allow', ['10.0.0.0/33']],
      ['trusted', ['0.0.0.0/0']],
      ['port', 80],
      ['rate_limit', '20'],
      ['rate_limit', 20],
      ['rate_burst', 5],
      ['proxy_protocol', true],
    ];
    await refused('proxy', { error_page: { '503': 'example.com' } }, 'error_page.503');
    await refused('proxy', { error_page: { '500': 'https://example.com/' } }, 'error_page.500');
    await refused('proxy', { error_page: { '503': 'file:///etc/passwd' } }, 'error_page.503');
    await refused('proxy', { error_page: { '503': 'https://u:p@example.com/' } }, 'error_page');
    for (const [field, value] of wrong) await refused('proxy', { [field]: value }, field);
  });

  it('keeps pages that it has fetched, and shows where they were, without a query', async () => {
    const url = 'https://example.com/503.html';
    await owner.post(`${base}/proxy`, { error_page: { '503': `${url}?signature=hidden` } }).expect(200);
    const { body } = await viewer.get(`${base}/proxy`).expect(200);
    assert.deepEqual([body.error_page, body.set], [{ '503': url }, ['timeout', 'error_page']]);
    const formation = await api.parts.stores.formations.byName('peachy-waxworks');
    const databag = await api.parts.formations.calculate(formation!);
    assert.deepEqual(databag.proxy.errorPages, { '503': { url, content: '<p>The page of /503.html</p>' } });
    const { body: audit } = await owner.get(`${base}/audit`).expect(200);
    assert.ok(JSON.stringify(audit).includes(url));
    assert.ok(!JSON.stringify([audit, api.log]).includes('hidden'));
    await owner.post(`${base}/proxy`, { error_page: { '503': null } }).expect(200);
    assert.deepEqual((await viewer.get(`${base}/proxy`).expect(200)).body.error_page, {});
  });

  it('shows health checks, and refuses what is none by its field', async () => {
    const { release } = (await viewer.get(`${base}/limits`).expect(200)).body;
    assert.deepEqual((await viewer.get(`${base}/healthchecks`).expect(200)).body, { release, checks: {} });
    await viewer.post(`${base}/healthchecks`, { checks: { web: { kind: 'tcp' } } }).expect(403);
    await collaborator
      .post(`${base}/healthchecks`, {
        checks: { web: { kind: 'http', path: '/up', interval: 3, retries: 4, start: 5 } },
      })
      .expect(200);
    const { body } = await viewer.get(`${base}/healthchecks`).expect(200);
    assert.equal(body.release, release + 1);
    assert.deepEqual(body.checks.web, {
      kind: 'http',
      path: '/up',
      status: null,
      timeout: null,
      interval: 3,
      retries: 4,
      start: 5,
      deadline: null,
    });
    const wrong: [string, unknown][] = [
      ['path', { kind: 'http', path: 'up' }],
      ['kind', { kind: 'icmp' }],
      ['status', { kind: 'http', path: '/', status: [200] }],
      ['deadline', { kind: 'tcp', deadline: 0 }],
      ['interval', { kind: 'tcp', interval: 61 }],
      ['retries', { kind: 'tcp', retries: 0 }],
      ['start', { kind: 'tcp', start: 5 }],
      ['port', { kind: 'tcp', port: 80 }],
    ];
    for (const [field, check] of wrong)
      await refused('healthchecks', { checks: { web: check } }, `checks.web.${field}`);
    await refused('healthchecks', {}, 'checks');
  });

  it('changes nothing that somebody else has changed meanwhile', async () => {
    for (const [path, body] of [
      ['limits', { memory: { web: '512M' } }],
      ['proxy', { timeout: 30 }],
      ['healthchecks', { checks: { web: null } }],
    ] as const) {
      const tag = (await owner.get(`${base}/${path}`)).headers['etag'] as string;
      await owner.post(`${base}/${path}`, body).set('If-Match', '"other"').expect(412);
      await owner.post(`${base}/${path}`, body).set('If-Match', tag).expect(200);
    }
  });

  it('shows tags, and refuses what is none by its field, or what no layer has', async () => {
    const path = `${base}/tags`;
    assert.deepEqual((await viewer.get(path).expect(200)).body.tags, {});
    await refused('tags', { tags: { web: { disk: 's/d' } } }, 'tags.web.disk');
    await refused('tags', { tags: { web: { 'di sk': 'ssd' } } }, 'tags.web');
    await refused('tags', { tags: { web: { disk: 1 } } }, 'tags.web.disk');
    await refused('tags', { tags: {} }, 'tags');
    const asked = { tags: { web: { disk: 'ssd' } } };
    await viewer.post(path, asked).expect(403);
    const { body: problem } = await collaborator.post(path, asked).expect(409);
    assert.match(problem.detail, /disk=ssd, .*layers are runtime \(no tags\)/);
    await owner.patch(`${base}/layers/runtime`, { tags: { disk: 'ssd', zone: 'a' } }).expect(200);
    const { body: layer } = await owner.patch(`${base}/layers/runtime`, { tags: { zone: null } }).expect(200);
    assert.deepEqual(layer.tags, { disk: 'ssd' });
    const { body: wrong } = await owner
      .patch(`${base}/layers/runtime`, { tags: { disk: 's/d' } })
      .expect(400);
    assert.equal(wrong.field, 'tags.disk');
    await collaborator.post(path, asked).expect(200);
    assert.deepEqual((await viewer.get(path).expect(200)).body.tags, asked.tags);
    await collaborator.post(path, { tags: { web: { disk: null } } }).expect(200);
  });
});
