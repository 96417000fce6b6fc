import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  planePackages,
  planeResources,
  planeRunList,
} from '../../../../cookbooks/deis/planes/plane-resources.js';
import { resourceId, type Resource } from '../../../../cookbooks/resource.js';
import { Secret } from '../../../../base/secret.js';
import { compileProgram } from '../../../../provisioner/converge/compile-program.js';
import { environmentFile } from '../../../../server/install/controller-settings.js';
import { planeOfStage, type PlaneKnowledge } from '../../../../server/install/plane-of-stage.js';
import { stagesFor, stagesOf, type PlanePart } from '../../../../server/install/stages.js';
import { examplePlanes, sampleKnowledge, sampleSecrets } from '../../../support/server/sample-planes.js';

/** Host -> what each of its stages makes of it, in order. */
function stagesWith(knowledge: PlaneKnowledge): (readonly [string, Resource[]])[] {
  return stagesOf(knowledge.planes.file).map(
    (stage) => [stage.host, planeResources(planeOfStage(stage, knowledge))] as const,
  );
}

/** The settings of the controller on a host. */
function settingsOf(host: string, knowledge: PlaneKnowledge): Record<string, string> {
  const { controller } = planeOfStage({ host, parts: ['controller'] }, knowledge);
  const lines = controller!.settings
    .reveal()
    .split('\n')
    .filter((line) => line.includes('='));
  return Object.fromEntries(
    lines.map((line) => [line.split('=')[0]!, line.slice(line.indexOf('=') + 2, -1)]),
  );
}

const contentOf = (resources: readonly Resource[], id: string): string => {
  const found = resources.find((resource) => resourceId(resource) === id);
  assert.ok(found !== undefined && 'content' in found, id);
  const { content } = found;
  return content instanceof Secret ? content.reveal() : (content ?? '');
};

const isolatedWithAcme = examplePlanes('isolated').replace(
  /tls:\n.*\n.*\n/,
  'tls: { acme: { agree: true, email: ops@example.com, ca_file: ca.pem } }\n',
);

describe('what install makes of hosts', () => {
  it('is all of it in one go on one host, in the order of what counts on what', () => {
    const knowledge = sampleKnowledge(examplePlanes('one-host'));
    const stages = stagesOf(knowledge.planes.file);
    assert.deepEqual(stages, [{ host: 'one', parts: ['postgresql', 'controller', 'front'] }]);
    assert.deepEqual(planeRunList(planeOfStage(stages[0]!, knowledge)), [
      'recipe[deis::postgresql]',
      'recipe[deis::controller]',
      'recipe[deis::front]',
    ]);
    const ids = stagesWith(knowledge)[0]![1].map(resourceId);
    const order = [
      'package[postgresql]',
      'service[postgresql@15-deis]',
      'execute[role and database deis]',
      'user[deis-controller]',
      'directory[/var/backups/deis]',
      'execute[release 1.0.0-abc-node-22.12.0]',
      'execute[release and settings in service]',
      'service[deis-controller]',
      'nginx_site[deis-front]',
      'execute[the API answers through nginx]',
    ];
    assert.deepEqual(
      ids.filter((id) => order.includes(id)),
      order,
    );
  });

  it('keeps the API on loopback behind nginx on one host, and answers git there directly', () => {
    const knowledge = sampleKnowledge(examplePlanes('one-host'));
    const env = settingsOf('one', knowledge);
    assert.deepEqual(
      [
        env['DEIS_BIND'],
        env['DEIS_TRUSTED_PROXY'],
        env['DEIS_GIT_BIND'],
        env['DEIS_BACKUP_HOURS'],
        env['DEIS_ROLES'],
      ],
      ['127.0.0.1', '127.0.0.1', '0.0.0.0', '24', undefined],
    );
    assert.equal(env['DATABASE_URL'], 'postgres://deis:database-word@127.0.0.1:5432/deis');
    const [, resources] = stagesWith(knowledge)[0]!;
    assert.ok(!resources.some((resource) => resource.kind === 'nginx_site' && resource.stream !== undefined));
    assert.match(contentOf(resources, 'nginx_site[deis-front]'), /server 127\.0\.0\.1:8000 /);
  });

  it('leads three servers to each other by their private addresses, the database over TLS that is known', () => {
    const knowledge = sampleKnowledge(examplePlanes('three-servers'), { certificate: 'PEM\n' }, false);
    const [database, controller, front] = stagesWith(knowledge);
    assert.deepEqual([database![0], controller![0], front![0]], ['database', 'controller', 'front']);
    const cluster = '/etc/postgresql/15/deis';
    assert.match(
      contentOf(database![1], `file[${cluster}/conf.d/deis.conf]`),
      /'localhost,10\.0\.0\.11'[^]*ssl = on/,
    );
    assert.match(
      contentOf(database![1], `file[${cluster}/pg_hba.conf]`),
      /hostssl {2}deis {2}deis {2}10\.0\.0\.12\/32/,
    );
    const env = settingsOf('controller', knowledge);
    assert.equal(
      env['DATABASE_URL'],
      'postgres://deis:database-word@10.0.0.11:5432/deis?sslmode=verify-full' +
        '&sslrootcert=%2Fetc%2Fdeis-controller%2Fpostgresql.crt',
    );
    assert.deepEqual(
      [env['DEIS_BIND'], env['DEIS_TRUSTED_PROXY'], env['DEIS_STORE_KEY_ID']],
      ['10.0.0.12', '10.0.0.13', 's3-word'],
    );
    assert.equal(contentOf(controller![1], 'file[/etc/deis-controller/postgresql.crt]'), 'PEM\n');
    const site = front![1].find((resource) => resource.kind === 'nginx_site');
    assert.ok(site?.kind === 'nginx_site');
    assert.match(site.stream ?? '', /server 10\.0\.0\.12:2222[^]*listen 2222 /);
    assert.match(site.content, /server 10\.0\.0\.12:8000 /);
    // For the day on which the API begins to order a certificate.
    assert.match(site.content, /server 10\.0\.0\.12:8002 [^]*acme-challenge[^]*308/);
  });

  it('has a copy of the database follow it last, which could not be told the controllers’ password from', () => {
    const knowledge = sampleKnowledge(examplePlanes('three-servers'), { certificate: 'PEM\n' }, false);
    const stages = stagesWith(knowledge);
    const [host, copy] = stages.at(-1)!;
    assert.deepEqual([host, stages.length], ['controller', 4]);
    const [, database] = stages[0]!;
    assert.match(
      contentOf(database, 'file[/etc/postgresql/15/deis/pg_hba.conf]'),
      /replication {2}deis_copy {2}10\.0\.0\.12\/32/,
    );
    const password = contentOf(database, 'file[/etc/deis-postgresql/copy-password]');
    assert.ok(password.length === 64 && password !== knowledge.password.reveal());
    assert.equal(
      contentOf(copy, 'file[/etc/postgresql/15/deis/primary.pgpass]'),
      `10.0.0.11:5432:*:deis_copy:${password}\n`,
    );
    const ids = copy.map(resourceId);
    const order = [
      'execute[cluster deis for a copy]',
      'execute[copy of the primary]',
      'service[postgresql@15-deis]',
    ];
    assert.deepEqual(
      ids.filter((id) => order.includes(id)),
      order,
    );
    assert.ok(!ids.includes('execute[role and database deis]'));
  });

  it('gives controllers of isolated planes their roles, the first one’s key, and one of them the backups', () => {
    const knowledge = sampleKnowledge(
      examplePlanes('isolated'),
      { certificate: 'PEM\n', masterKey: new Secret('master-word') },
      false,
    );
    const [builder, api1, api2] = ['builder', 'api-1', 'api-2'].map((host) => settingsOf(host, knowledge));
    assert.deepEqual([builder!['DEIS_ROLES'], api1!['DEIS_ROLES']], ['worker,slug,registry,log', 'api,git']);
    assert.deepEqual([builder!['DEIS_BACKUP_HOURS'], api2!['DEIS_BACKUP_HOURS']], ['24', undefined]);
    assert.deepEqual(
      [api1!['DEIS_NODE_URL'], api1!['DEIS_REGISTRY_HOST'], api1!['DEIS_LOG_HOST']],
      ['http://10.0.0.14:8001', '10.0.0.14', '10.0.0.14'],
    );
    const byHost = new Map(stagesWith(knowledge));
    const key = 'file[/var/lib/deis-controller/master.key]';
    assert.equal(contentOf(byHost.get('api-1')!, key), 'master-word');
    assert.ok(!byHost.get('builder')!.map(resourceId).includes(key));
    const hasEngine = (host: string): boolean =>
      byHost.get(host)!.map(resourceId).includes('service[docker]');
    assert.deepEqual([hasEngine('builder'), hasEngine('api-1')], [true, false]);
    assert.match(
      contentOf(byHost.get('front')!, 'nginx_site[deis-front]'),
      /10\.0\.0\.12:8000[^]*10\.0\.0\.13:8000/,
    );
  });

  it('passes TLS and questions of a CA on to APIs that order the certificate themselves', () => {
    const knowledge = sampleKnowledge(isolatedWithAcme);
    const [builder, api1] = ['builder', 'api-1'].map((host) => settingsOf(host, knowledge));
    assert.deepEqual(
      ['DEIS_TLS_DOMAIN', 'DEIS_TLS_HTTP_BIND', 'DEIS_TLS_HTTP_PORT', 'DEIS_PASSED_BY'].map(
        (name) => api1![name],
      ),
      ['deis.example.com', '10.0.0.12', '8002', '10.0.0.15'],
    );
    assert.equal(builder!['DEIS_TLS_DOMAIN'], undefined);
    for (const env of [builder, api1])
      assert.deepEqual(
        [env!['DEIS_ACME_AGREE'], env!['DEIS_ACME_EMAIL'], env!['DEIS_ACME_CA_BUNDLE']],
        ['yes', 'ops@example.com', '/etc/deis-controller/acme-ca.crt'],
      );
    const { controller } = planeOfStage({ host: 'api-1', parts: ['controller'] }, knowledge);
    assert.equal(controller!.health, 'https://10.0.0.12:8000/health');
    const [, front] = stagesWith(knowledge).at(-1)!;
    const site = front.find((resource) => resource.kind === 'nginx_site');
    assert.ok(site?.kind === 'nginx_site');
    assert.match(site.content, /10\.0\.0\.12:8002[^]*10\.0\.0\.13:8002[^]*acme-challenge/);
    assert.match(
      site.stream ?? '',
      /10\.0\.0\.12:8000[^]*10\.0\.0\.13:8000[^]*proxy_protocol on[^]*10\.0\.0\.12:2222/,
    );
    // By it a host is seen to pass TLS on (look-at-host.sh).
    assert.match(site.stream ?? '', /^upstream deis_front_api_tls /m);
    assert.ok(!front.map(resourceId).includes('file[/etc/deis-front/tls.key]'));
  });

  it('lets nginx change before APIs that give their certificate up, which serve it in clear until then', () => {
    const passesTls = (parts: readonly PlanePart[]) => () => ({ parts, passesTls: true });
    const ofAll = passesTls(['postgresql', 'controller', 'front']);
    const [one, several] = ['one-host', 'isolated'].map(
      (name) => sampleKnowledge(examplePlanes(name)).planes.file,
    );
    assert.deepEqual(stagesFor(one!, ofAll), [
      { host: 'one', parts: ['postgresql', 'front'] },
      { host: 'one', parts: ['controller'] },
    ]);
    const order = stagesFor(several!, ofAll).map(({ host }) => host);
    assert.deepEqual(order.slice(0, 2), ['database', 'front']);
    assert.deepEqual(
      [...order].sort(),
      stagesOf(several!)
        .map(({ host }) => host)
        .sort(),
    );
    // A host that has no API yet serves nothing.
    assert.deepEqual(stagesFor(several!, passesTls(['postgresql', 'front'])), stagesOf(several!));
    assert.deepEqual(
      stagesFor(several!, () => ({ parts: ['controller', 'front'] })),
      stagesOf(several!),
    );
  });

  it('lets APIs that get a certificate change before nginx, which they serve in clear until then', () => {
    const { file } = sampleKnowledge(isolatedWithAcme).planes;
    for (const found of [{}, { passesTls: true }])
      assert.deepEqual(
        stagesFor(file, () => ({ parts: ['controller', 'front'], ...found })),
        stagesOf(file),
      );
    const env = settingsOf('api-1', sampleKnowledge(isolatedWithAcme));
    assert.deepEqual([env['DEIS_TRUSTED_PROXY'], env['DEIS_PASSED_BY']], ['10.0.0.15', '10.0.0.15']);
  });

  it('has the packages of all parts of a host come first, and nothing that waits for another one', () => {
    for (const name of ['one-host', 'three-servers', 'isolated']) {
      const knowledge = sampleKnowledge(examplePlanes(name));
      for (const stage of stagesOf(knowledge.planes.file)) {
        const plane = planeOfStage(stage, knowledge);
        const first = planePackages(plane).map(resourceId);
        const packages = planeResources(plane).filter(({ kind }) => kind === 'package');
        assert.deepEqual(
          packages.map(resourceId).filter((id) => !first.includes(id)),
          [],
        );
        assert.ok(!first.some((id) => id.startsWith('execute[')));
      }
    }
  });

  it('waits for what a host makes by itself, and never puts something else in its place', () => {
    const knowledge = sampleKnowledge(examplePlanes('three-servers'), {}, false);
    assert.throws(() => stagesWith(knowledge), /database has no certificate of PostgreSQL/);
    assert.equal(stagesWith({ ...knowledge, isPlan: true }).length, 4);
  });

  it('refuses settings that no controller takes, and names its host', () => {
    const text = examplePlanes('one-host').replace('static,ec2', 'nowhere');
    assert.throws(
      () => stagesWith(sampleKnowledge(text)),
      /controller of one: the settings are not right:[^]*DEIS_PROVIDERS/,
    );
  });

  it('is a program that sh understands, with no secret in what a plan shows', () => {
    for (const name of ['one-host', 'three-servers', 'isolated'])
      for (const [, resources] of stagesWith(sampleKnowledge(examplePlanes(name)))) {
        const text = compileProgram(resources, { generation: 1, whyRun: true }).reveal();
        execFileSync('sh', ['-n'], { input: text });
        const shown = JSON.stringify(resources);
        for (const word of sampleSecrets) assert.ok(!shown.includes(word), `${name}: ${word}`);
      }
  });
});

describe('an environment file', () => {
  it('means to sh what was put into it', () => {
    const value = 'a"b\\c$HOME`id` d\'e=ü';
    const text = environmentFile({ DEIS_ONE: value, DEIS_TWO: '' }).reveal();
    const printed = execFileSync('sh', ['-c', `${text}\nprintf '%s|%s' "$DEIS_ONE" "$DEIS_TWO"`], {
      encoding: 'utf8',
    });
    assert.equal(printed, `${value}|`);
  });
});
