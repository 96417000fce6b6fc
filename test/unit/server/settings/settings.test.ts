import assert from 'node:assert/strict';
import { UserError } from '../../../../base/errors.js';
import { readSettings, settingsHelp, unknownSettings } from '../../../../server/settings/settings.js';

const problemsOf = (env: Record<string, string>): string => {
  try {
    readSettings(env);
  } catch (error) {
    assert.ok(error instanceof UserError);
    return error.message;
  }
  return '';
};

describe('settings', () => {
  it('have defaults for everything, loopback for what people and git reach', () => {
    const settings = readSettings({});
    assert.deepEqual(
      [
        settings.http.bind,
        settings.http.port,
        settings.git.bind,
        settings.git.port,
        settings.leaseMs,
        settings.workers,
      ],
      ['127.0.0.1', 8000, '127.0.0.1', 2222, 30_000, 8],
    );
    assert.deepEqual([settings.databaseUrl, settings.instance, settings.faults], [undefined, undefined, []]);
    assert.equal(settings.masterKeyFile, `${settings.dataDir}/master.key`);
    assert.equal(settings.sessionMs, 30 * 24 * 60 * 60 * 1000);
  });

  it('read durations, sizes, ports and URLs', () => {
    const settings = readSettings({
      DEIS_LEASE_SECONDS: '0.5',
      DEIS_BUILD_MEMORY: '512m',
      DEIS_BUILD_CPUS: '1.5',
      DEIS_PORT: '0',
      DEIS_PUBLIC_URL: 'https://deis.example.com/',
      DEIS_DATA_DIR: '/data',
    });
    assert.deepEqual(
      [
        settings.leaseMs,
        settings.build.memory,
        settings.build.cpus,
        settings.http.port,
        settings.http.publicUrl,
        settings.masterKeyFile,
      ],
      [500, 536_870_912, 1.5, 0, 'https://deis.example.com', '/data/master.key'],
    );
  });

  it('take whole days, one at least, after which logins end', () => {
    assert.equal(readSettings({ DEIS_SESSION_DAYS: '7' }).sessionMs, 7 * 24 * 60 * 60 * 1000);
    for (const bad of ['0', '-1', '1.5', 'never'])
      assert.match(problemsOf({ DEIS_SESSION_DAYS: bad }), /DEIS_SESSION_DAYS=/, bad);
  });

  it('believe addresses that pass connections on of the rest of a request, too', () => {
    const { http } = readSettings({ DEIS_PASSED_BY: '10.0.0.15,::1', DEIS_TRUSTED_PROXY: '10.0.0.0/8' });
    assert.deepEqual(
      [http.passedBy, http.requestProxies, http.trustedProxies],
      [['10.0.0.15', '::1'], ['10.0.0.0/8'], ['10.0.0.0/8', '10.0.0.15', '::1']],
    );
    for (const bad of ['10.0.0.0/8', 'loopback', 'proxy.example.com'])
      assert.match(problemsOf({ DEIS_PASSED_BY: bad }), /DEIS_PASSED_BY=.* is not an IP address/, bad);
  });

  it('take addresses and CIDRs for trusted proxies, and nothing else', () => {
    assert.deepEqual(readSettings({}).http.trustedProxies, []);
    assert.deepEqual(
      readSettings({ DEIS_TRUSTED_PROXY: '127.0.0.1, 10.0.0.0/8,::1,fd00::/8,loopback' }).http.trustedProxies,
      ['127.0.0.1', '10.0.0.0/8', '::1', 'fd00::/8', 'loopback'],
    );
    for (const bad of [
      'true',
      '1',
      'proxy.example.com',
      '10.0.0.0/33',
      '0.0.0.0/0',
      '::/129',
      '10.0.0.1,',
      '10.0.0.0/8/8',
      'fe80::1%eth0',
    ])
      assert.match(
        problemsOf({ DEIS_TRUSTED_PROXY: bad }),
        /DEIS_TRUSTED_PROXY=.* is not a valid comma-separated list/,
        bad,
      );
  });

  it('enable provider types by name, the one for trying out only where it is asked for', () => {
    assert.deepEqual([...readSettings({}).providers], ['docker', 'static', 'ec2']);
    assert.deepEqual(
      [...readSettings({ DEIS_PROVIDERS: ' mock, docker,docker,' }).providers],
      ['mock', 'docker'],
    );
    assert.match(
      problemsOf({ DEIS_PROVIDERS: 'docker,gce' }),
      /DEIS_PROVIDERS='docker,gce' names "gce", which is not a provider type: expected some of docker, ec2, /,
    );
    for (const none of [',', ' '])
      assert.match(problemsOf({ DEIS_PROVIDERS: none }), /names no provider type: expected some of docker/);
    assert.match(settingsHelp(), /DEIS_PROVIDERS.*\n\s+default: docker,static,ec2\n/);
  });

  it('count an empty variable as unset', () => {
    assert.equal(readSettings({ DEIS_PORT: '', DATABASE_URL: '' }).http.port, 8000);
  });

  it('name every problem at once, with the value', () => {
    const text = problemsOf({
      DEIS_PORT: 'http',
      DEIS_WORKERS: '0',
      DEIS_DATA_DIR: 'data',
      DEIS_INSTANCE: 'main',
      DEIS_LEASE_SECONDS: '-1',
      DEIS_LOG_LEVEL: 'loud',
      DEIS_NODE_URL: '10.0.0.2:8001',
      DEIS_CA_BUNDLE: '/no/such/file',
      DEIS_FAULTS: 'kill',
      DEIS_BUILD_MEMORY: '1 GB',
      DEIS_GIT_PORT: '70000',
      DEIS_SUITE: 'forky',
      DEIS_MIRROR: 'mirror.example',
    });
    for (const name of [
      'DEIS_PORT=',
      'DEIS_WORKERS=',
      'DEIS_DATA_DIR=',
      'DEIS_INSTANCE=',
      'DEIS_LEASE_SECONDS=',
      'DEIS_LOG_LEVEL=',
      'DEIS_NODE_URL=',
      'DEIS_CA_BUNDLE=',
      'DEIS_FAULTS=',
      'DEIS_BUILD_MEMORY=',
      'DEIS_GIT_PORT=',
      'DEIS_SUITE=',
      'DEIS_MIRROR=',
    ])
      assert.ok(text.includes(name), `${name} in\n${text}`);
    assert.match(text, /DEIS_LOG_LEVEL='loud' is none of trace, debug/);
    assert.match(text, /DEIS_WORKERS='0' must be at least 1/);
  });

  it('take a store in S3, whole or not at all, and show no key of it', () => {
    const store = { DEIS_STORE: 's3://my-bucket/deis/one/', DEIS_STORE_PATH_STYLE: 'yes' };
    const keys = { DEIS_STORE_KEY_ID: 'id', DEIS_STORE_SECRET_KEY: 'sentinel' };
    const place = readSettings({ ...store, ...keys }).store;
    assert.deepEqual([place?.bucket, place?.prefix, place?.pathStyle], ['my-bucket', 'deis/one', true]);
    assert.equal(place?.keys?.secret.reveal(), 'sentinel');
    assert.doesNotMatch(JSON.stringify(readSettings({ ...store, ...keys })), /sentinel/);
    assert.equal(readSettings({ DEIS_STORE: 's3://my-bucket' }).store?.prefix, '');
    assert.equal(readSettings({}).store, undefined);
    for (const wrong of ['/var/lib/deis', 's3://', 's3://UPPER', 's3://b/../x y', 'https://my-bucket'])
      assert.match(problemsOf({ DEIS_STORE: wrong }), /is not a valid store: expected s3:/, wrong);
    assert.match(problemsOf({ ...store, DEIS_STORE_SECRET_KEY: 'sentinel' }), /go together/);
    assert.doesNotMatch(problemsOf({ ...store, DEIS_STORE_SECRET_KEY: 'sentinel' }), /sentinel/);
    assert.match(problemsOf({ ...store, DEIS_STORE_PATH_STYLE: 'true' }), /is not valid: expected yes or no/);
  });

  it("take an operator's registry with its logins, and show no password", () => {
    const url = { DEIS_REGISTRY_URL: 'https://registry.example.com:5000/team/deis/' };
    const password = { DEIS_REGISTRY_PASSWORD: 'sentinel', DEIS_REGISTRY_PULL_PASSWORD: 'sentinel' };
    const names = { DEIS_REGISTRY_USERNAME: 'builder', DEIS_REGISTRY_PULL_USERNAME: 'node' };
    const { operators } = readSettings({ ...url, ...password, ...names }).registry;
    assert.deepEqual(
      [operators?.host, operators?.port, operators?.path],
      ['registry.example.com', 5000, 'team/deis'],
    );
    assert.deepEqual(
      [operators?.login?.reveal(), operators?.pullLogin?.reveal()],
      ['builder:sentinel', 'node:sentinel'],
    );
    assert.doesNotMatch(JSON.stringify(operators), /sentinel/);
    const plain = readSettings({ DEIS_REGISTRY_URL: 'https://registry.example.com' }).registry.operators;
    assert.deepEqual([plain?.port, plain?.path, plain?.login], [443, '', undefined]);
    for (const wrong of [
      'registry.example.com',
      'http://registry.example.com',
      'https://ada:sentinel@registry.example.com',
      'https://registry.example.com/UPPER',
      'https://registry.example.com/a?b',
    ]) {
      const problems = problemsOf({ DEIS_REGISTRY_URL: wrong });
      assert.match(
        problems,
        /DEIS_REGISTRY_URL=\.\.\. is not a valid registry: expected e\.g\. https:/,
        wrong,
      );
      assert.doesNotMatch(problems, /sentinel/);
    }
    assert.match(problemsOf({ ...url, ...password }), /DEIS_REGISTRY_PULL_USERNAME and .* go together/);
    assert.match(
      problemsOf({ DEIS_REGISTRY_USERNAME: 'a:b' }),
      /is not a valid user name: expected no colon/,
    );
  });

  it('never show a password', () => {
    assert.doesNotMatch(problemsOf({ DATABASE_URL: 'mysql://deis:sentinel@db/deis' }), /sentinel/);
  });

  it("find misspelt variables and leave the CLI's own alone", () => {
    assert.deepEqual(unknownSettings({ DEIS_PROT: '1', DEIS_PORT: '1', DEIS_PROFILE: 'x', PATH: '' }), [
      'DEIS_PROT',
    ]);
  });

  it('are all in the help, with their defaults', () => {
    const help = settingsHelp();
    assert.match(help, /DEIS_LEASE_SECONDS.*\n\s+default: 30\n/);
    assert.match(help, /DEIS_BIND.*\n\s+default: 127\.0\.0\.1\n/);
    assert.match(help, /DATABASE_URL.*\n\s+default: an embedded PostgreSQL/);
    assert.doesNotMatch(help, /undefined|\[object/);
    const columns = new Set([...help.matchAll(/^ {2}[A-Z_]+ +(?! )/gm)].map(([start]) => start.length));
    assert.equal(columns.size, 1, 'all texts begin in one column');
  });

  it('order a certificate for a name, once the operator agrees to the terms of the CA', () => {
    const of = (more: Record<string, string>) =>
      readSettings({ DEIS_TLS_DOMAIN: 'deis.example.com', DEIS_ACME_AGREE: 'yes', ...more }).http;
    assert.equal(readSettings({}).http.ownTls, undefined);
    assert.deepEqual(of({}).ownTls, {
      domain: 'deis.example.com',
      url: 'https://deis.example.com:8000',
      bind: '0.0.0.0',
      port: 80,
    });
    assert.equal(of({ DEIS_PORT: '443' }).publicUrl, 'https://deis.example.com');
    const publicUrl = 'https://paas.example.com';
    assert.deepEqual(
      [of({ DEIS_PUBLIC_URL: publicUrl }).publicUrl, of({ DEIS_PUBLIC_URL: publicUrl }).ownTls?.url],
      [publicUrl, publicUrl],
    );
    const text = problemsOf({
      DEIS_TLS_DOMAIN: 'deis.example.com',
      DEIS_TLS_CERT: '/cert.pem',
      DEIS_TLS_KEY: '/key.pem',
    });
    assert.match(text, /DEIS_TLS_CERT and DEIS_TLS_DOMAIN exclude each other/);
    assert.match(text, /DEIS_TLS_DOMAIN needs DEIS_ACME_AGREE=yes/);
    for (const bad of ['*.example.com', 'example', '192.0.2.1', 'Deis.example.com'])
      assert.match(
        problemsOf({ DEIS_TLS_DOMAIN: bad, DEIS_ACME_AGREE: 'yes' }),
        /DEIS_TLS_DOMAIN=.* is not a valid domain/,
        bad,
      );
  });

  it('take a mail server and an address together, and never say its password', () => {
    const of = (url: string, from = 'deis@example.com') => ({ DEIS_SMTP_URL: url, DEIS_SMTP_FROM: from });
    const tls = (url: string) => readSettings(of(url)).mail?.tls;
    assert.equal(readSettings({}).mail, undefined);
    assert.deepEqual(
      [
        'smtp://u:p%40w@mail.example.com:587',
        'smtps://mail.example.com',
        'smtp://127.0.0.1:25',
        'smtp://[::1]',
      ].map(tls),
      ['begin', 'whole', 'none', 'none'],
    );
    assert.ok(!JSON.stringify(readSettings(of('smtp://u:sentinel@mail.example.com'))).includes('sentinel'));
    for (const url of [
      'https://u:sentinel@mail.example.com',
      'smtp://u:sentinel@mail.example.com?tls.rejectUnauthorized=false',
      'smtp://u:sentinel@mail.example.com/x',
      'smtp://u:sentinel%zz@mail.example.com',
      'smtp://sentinel@mail.example.com',
      'sentinel',
    ]) {
      const said = problemsOf(of(url));
      assert.match(said, /DEIS_SMTP_URL=.* is not a valid URL of a mail server/, url);
      assert.ok(!said.includes('sentinel'), said);
    }
    assert.match(problemsOf({ DEIS_SMTP_URL: 'smtp://mail.example.com' }), /go together/);
    for (const from of ['x', 'Deis <deis@example.com>', 'a@example.com\n'])
      assert.match(problemsOf(of('smtp://mail.example.com', from)), /is not a valid address of mail/);
  });

  it('take a provider of OpenID Connect over TLS, with who may come, and never say its secret', () => {
    const client = { DEIS_OIDC_ISSUER: 'https://id.example.com/realms/x', DEIS_OIDC_CLIENT_ID: 'deis' };
    const of = (more: Record<string, string> = {}) => ({
      ...client,
      DEIS_PUBLIC_URL: 'https://deis.example.com/',
      DEIS_OIDC_CLIENT_SECRET: 'sentinel',
      ...more,
    });
    assert.equal(readSettings({}).oidc, undefined);
    const { oidc } = readSettings(of({ DEIS_OIDC_ALLOW: '@Example.com, groups=a=b' }));
    assert.deepEqual(
      [oidc?.redirectUri, oidc?.name, oidc?.scopes, oidc?.allow],
      [
        'https://deis.example.com/',
        'single sign-on',
        'openid profile email',
        [{ domain: 'example.com' }, { claim: 'groups', value: 'a=b' }],
      ],
    );
    assert.ok(!JSON.stringify(oidc).includes('sentinel'));
    assert.deepEqual(readSettings(of()).oidc?.allow, []);
    assert.ok(readSettings(of({ DEIS_OIDC_ISSUER: 'http://127.0.0.1:4000' })).oidc);
    for (const bad of [
      'http://id.example.com',
      'https://u:p@id.example.com',
      'https://id.example.com/?a=b',
      'id',
    ])
      assert.match(problemsOf(of({ DEIS_OIDC_ISSUER: bad })), /is not a valid issuer/, bad);
    for (const bad of ['example.com', '@', '@example', 'groups=', '=a', '*'])
      assert.match(problemsOf(of({ DEIS_OIDC_ALLOW: bad })), /is not a valid list of who may come/, bad);
    assert.match(problemsOf(of({ DEIS_OIDC_SCOPES: 'email' })), /must name openid/);
    assert.match(problemsOf({ DEIS_OIDC_CLIENT_ID: 'deis' }), /go together/);
    assert.match(problemsOf(client), /DEIS_PUBLIC_URL is not set: DEIS_OIDC_ISSUER needs it/);
  });
});
