import assert from 'node:assert/strict';
import { UserError } from '../../../../../../base/errors.js';
import type { DockerContainerResource } from '../../../../../../cookbooks/resources/containers/docker-container.js';
import { Secret } from '../../../../../../base/secret.js';
import { compileNodeProgram } from '../../../../../../provisioner/converge/compile-node-program.js';
import { compileProgram } from '../../../../../../provisioner/converge/compile-program.js';
import { containerBody } from '../../../../../../provisioner/converge/resource-helpers/container-body.js';
import { defaultRunLists } from '../../../../../../cookbooks/run-list.js';
import { sampleDatabag, sampleNode, sampleRelease } from '../../../../../support/nodes/sample-databag.js';

const container = (more: Partial<DockerContainerResource> = {}): DockerContainerResource => ({
  kind: 'docker_container',
  name: 'peachy-web.1-v7-5001',
  formation: 'peachy',
  image: `sha256:${'5'.repeat(64)}`,
  command: ['/usr/local/bin/start', '--', 'node server.js'],
  environment: { PORT: new Secret('5001') },
  mounts: { '/app': '/opt/deis/slugs/x' },
  port: 5001,
  user: 'app',
  workingDirectory: '/app',
  restart: 'unless-stopped',
  ...more,
});

const program = (resource: DockerContainerResource): string =>
  compileProgram([resource], { generation: 1, whyRun: false }).reveal();
const specOf = (resource: DockerContainerResource): string =>
  /container_ok '[^']*' '([0-9a-f]{64})'/.exec(program(resource))?.[1] ?? assert.fail('no spec');

describe('docker_container', () => {
  it('has another spec when anything of it differs but the order and the restart policy', () => {
    const two = { A: new Secret('1'), B: new Secret('2') };
    const base = specOf(container({ environment: two }));
    assert.equal(specOf(container({ environment: { B: two.B, A: two.A }, restart: 'no' })), base);
    const others: Partial<DockerContainerResource>[] = [
      { image: `sha256:${'6'.repeat(64)}` },
      { command: ['x'] },
      { environment: { ...two, B: new Secret('3') } },
      { mounts: { '/app': '/other' } },
      { port: 5002 },
      { memory: 1e8 },
      { cpus: 1 },
      { pids: 9 },
      { user: 'root' },
      { overlay: { target: '/app', lower: '/opt/deis/slugs/x' } },
    ];
    const specs = others.map((more) => specOf(container({ environment: two, ...more })));
    assert.equal(new Set([base, ...specs]).size, others.length + 1);
  });

  it('lays what the container writes over a directory of the node, and finds it by that directory', () => {
    const overlay = { target: '/app', lower: '/opt/deis/slugs/x' };
    const body = containerBody(
      container({ mounts: { '/app/.deis/node': '/opt/deis/slugs/n' }, overlay }),
      {},
    );
    const { Labels, HostConfig } = body as { Labels: unknown; HostConfig: { Mounts: unknown[] } };
    const files = '/opt/deis/containers/peachy-web.1-v7-5001';
    assert.deepEqual(HostConfig.Mounts[1], {
      Type: 'volume',
      Target: '/app',
      VolumeOptions: {
        NoCopy: true,
        DriverConfig: {
          Name: 'local',
          Options: {
            type: 'overlay',
            device: 'overlay',
            o: `lowerdir=/opt/deis/slugs/x,upperdir=${files}/upper,workdir=${files}/work`,
          },
        },
      },
    });
    assert.deepEqual(Labels, { 'deis.formation': 'peachy', 'deis.lower': '/opt/deis/slugs/x' });
  });

  it('is looked at with its image and its formation, and with nothing that others have on the node', () => {
    const ids = ['5', '6'].map((digit) => `sha256:${digit.repeat(64)}`);
    const images = ids.map(
      (id) => ({ kind: 'docker_image', name: `deis/stack:bookworm@${id}`, id }) as const,
    );
    const text = compileProgram([...images, container()], { generation: 1, whyRun: false }).reveal();
    const asked = [...text.matchAll(/'(http:\/\/docker\/[^']*)'/g)].map(([, url]) =>
      decodeURIComponent(url!),
    );
    assert.deepEqual(asked, [
      ...ids.map((id) => `http://docker/images/${id}/json`),
      'http://docker/containers/json?all=1&filters={"label":["deis.formation=peachy"]}',
    ]);
  });

  for (const wrong of ['app', '/', '/a,b', '/a:b', '/a\\b', ''])
    for (const field of ['target', 'lower'])
      it(`refuses ${JSON.stringify(wrong)} as the ${field} of an overlay`, () => {
        const overlay = { target: '/app', lower: '/opt/x', [field]: wrong };
        assert.throws(
          () => program(container({ overlay })),
          (error) => error instanceof UserError && error.field === `overlay.${field}`,
        );
      });

  it('hands any environment value to Docker exactly', () => {
    const environment = { A: `it's "q" $x \\ \n = é 🚀`, EMPTY: '', LD_PRELOAD: '/x' };
    const body = containerBody(
      container({
        environment: Object.fromEntries(
          Object.entries(environment).map(([name, value]) => [name, new Secret(value)]),
        ),
      }),
      {},
    );
    assert.deepEqual(
      (body as { Env: string[] }).Env,
      Object.entries(environment).map(([name, value]) => `${name}=${value}`),
    );
  });

  it('limits memory, swap, processor and processes, and drops all privileges', () => {
    const { HostConfig } = containerBody(container({ memory: 1e8, cpus: 0.5, pids: 10 }), {}) as {
      HostConfig: Record<string, unknown>;
    };
    assert.deepEqual(
      [
        HostConfig['Memory'],
        HostConfig['MemorySwap'],
        HostConfig['NanoCpus'],
        HostConfig['PidsLimit'],
        HostConfig['CapDrop'],
        HostConfig['SecurityOpt'],
      ],
      [1e8, 1e8, 5e8, 10, ['ALL'], ['no-new-privileges']],
    );
    assert.deepEqual(HostConfig['Mounts'], [
      { Type: 'bind', Source: '/opt/deis/slugs/x', Target: '/app', ReadOnly: true },
    ]);
  });

  it('has at most 4096 processes unless it says another number, and is not made anew for that', () => {
    assert.match(program(container()), /"PidsLimit":4096[,}]/);
    assert.match(program(container({ pids: 9 })), /"PidsLimit":9[,}]/);
    // What a node says of a container that was made before there was a limit.
    assert.equal(specOf(container()), 'bf8ef4630c67606bf44e7169a95b574b8f283548fce424d3ffc2f59d9ea0d37b');
  });

  it('refuses what Docker or a shell cannot carry', () => {
    assert.throws(
      () => program(container({ environment: { A: new Secret('a\0b') } })),
      (error) =>
        error instanceof UserError &&
        error.message.includes('A holds a NUL byte') &&
        !error.message.includes('a\0b'),
    );
    assert.throws(() => program(container({ environment: { 'A=B': new Secret('') } })), UserError);
    assert.throws(() => program(container({ name: 'a/../b' })), UserError);
  });
});

describe('the program of a runtime node', () => {
  const sentinel = 'config-sentinel';
  const databag = sampleDatabag({ release: sampleRelease(7, { config: { TOKEN: sentinel } }) });
  const key = `${'7'.repeat(64)}/peachy-waxworks.tgz`;
  const compiled = compileNodeProgram(
    sampleNode('runtime', { downloads: { [key]: 'http://10.0.0.1/slug?signature=signed-sentinel' } }),
    databag,
    defaultRunLists.runtime,
  );

  it('holds secrets only in what the shell itself prints, never on the command line of another program', () => {
    const lines = compiled.text.reveal().split('\n');
    const holding = lines.filter((line) => /config-sentinel|signed-sentinel/.test(line));
    assert.ok(holding.length >= 3);
    // databag.json is JSON over several lines of one literal; it begins with printf and ends with the
    // literal.
    for (const line of holding)
      assert.match(line, /^printf (%s|'url = "%s"\\n') '|^ +"TOKEN": "config-sentinel"$/);
  });

  it('prints as redacted', () => {
    assert.ok(!JSON.stringify(compiled).includes(sentinel));
    assert.deepEqual([compiled.generation, compiled.resources > 10], [41, true]);
  });

  it('reveals no config to a proxy and no certificate key to a runtime node', () => {
    assert.ok(
      !compileNodeProgram(sampleNode('proxy'), databag, defaultRunLists.proxy)
        .text.reveal()
        .includes(sentinel),
    );
    assert.ok(!compiled.text.reveal().includes('KEY-sentinel'));
  });
});
