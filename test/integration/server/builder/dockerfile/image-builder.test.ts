import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { execa } from 'execa';
import { UserError } from '../../../../../base/errors.js';
import { BuildContainers } from '../../../../../server/builder/containers/build-container.js';
import { DiskWatermark } from '../../../../../server/builder/containers/disk-watermark.js';
import { ImageBuilder, type BuiltImage } from '../../../../../server/builder/dockerfile/image-builder.js';
import { StackArchive } from '../../../../../server/builder/dockerfile/stack-archive.js';
import { pushImage } from '../../../../../server/registry/push-image.js';
import { benchOfSuite, type BuildBench } from '../../../../support/apps/build-bench.js';
import { prepareImager } from '../../../../support/nodes/docker-machine.js';
import { LocalRegistry } from '../../../../support/server/local-registry.js';

const never = new AbortController().signal;
const dockerfile = `FROM deis/stack:bookworm
RUN id -u && cat /proc/self/uid_map && date +%N >/made && chown 1234 /made
WORKDIR /srv
COPY . .
USER 33
EXPOSE 8080
ENTRYPOINT ["/bin/bash", "/srv/start.sh"]
CMD ["one", "two words"]
`;
const start = 'echo "$(id -u) $PWD $# $2 $(stat -c %u /made) $(cat /srv/text)"\n';

describe('building images of Dockerfiles in containers', function () {
  this.timeout(120_000);
  const folder = mkdtempSync(join(tmpdir(), 'deis-image-test-'));
  const images: string[] = [];
  let bench: BuildBench;
  let registry: LocalRegistry;
  let imager = '';

  benchOfSuite((opened) => (bench = opened));

  before(async function () {
    this.timeout(600_000);
    imager = (await prepareImager()).id;
  });

  // Containers go after each test, and with them the registry; its images stay.
  beforeEach(async () => {
    // On all addresses, so that it is the fence alone that keeps builds from it.
    registry = await LocalRegistry.start({ instance: bench.instance, folder, addresses: ['172.17.0.1'] });
  });

  after(async () => {
    for (const id of images) await bench.docker.getImage(id).remove({ force: true });
    rmSync(folder, { recursive: true, force: true });
  });

  const builder = (memory = 1024 ** 3): ImageBuilder =>
    new ImageBuilder({
      containers: new BuildContainers(bench.docker, bench.instance, {
        ...{ memory, cpus: null, pids: 256, disk: 2 * 1024 ** 3 },
      }),
      caches: bench.caches(4 * 1024 ** 3),
      disk: new DiskWatermark([bench.folder], 1024 ** 2),
      network: bench.network,
      imager: () => Promise.resolve(imager),
      stackImage: () => Promise.resolve({ id: bench.stack, name: 'deis/stack:bookworm' }),
      stackArchive: new StackArchive(bench.docker, join(bench.folder, 'stack')),
      buildSeconds: 100,
      maxSourceBytes: 1024 ** 2,
      caBundle: null,
      workFolder: join(bench.folder, 'work'),
      now: () => new Date(),
      publish: (formation, image, _say, signal) => {
        const token = registry.token(formation, ['pull', 'push']);
        const credential = () => Promise.resolve({ token });
        const target = { registry: registry.address, repository: formation, credential };
        return pushImage({ ...target, locked: (write) => write() }, image, signal);
      },
    });

  async function build(
    formation: string,
    files: Record<string, string>,
    memory?: number,
  ): Promise<{ image: BuiltImage; lines: string[] }> {
    const lines: string[] = [];
    const dockerfile = 'Dockerfile';
    const order = {
      operationId: randomUUID(),
      formation,
      dockerfile,
      ...(await bench.commit(formation, files)),
    };
    const by = builder(memory);
    try {
      const image = await by
        .build(order, (line) => lines.push(line), never)
        .catch((error: Error) => {
          error.message += `\n${lines.join('\n')}`;
          throw error;
        });
      return { image, lines };
    } finally {
      await by.discard(order);
    }
  }

  /** Pulls an image as a node does, and runs it. */
  async function run(formation: string, { id }: BuiltImage): Promise<string> {
    const reference = `127.0.0.1:${registry.address.port}/${formation}:${id.replace('sha256:', '')}`;
    const authconfig = { registrytoken: registry.token(formation, ['pull']).reveal() };
    const pulled = await bench.docker.pull(reference, { authconfig });
    await new Promise<void>((resolve, reject) =>
      bench.docker.modem.followProgress(pulled, (error) => (error === null ? resolve() : reject(error))),
    );
    images.push(id);
    const labels = ['--label', `deis.instance=${bench.instance}`];
    return (await execa('docker', ['run', '--rm', '--network', 'none', ...labels, id])).stdout;
  }

  it('builds on the stack, says how the image runs, and gives nodes the image of that very id', async () => {
    const { image, lines } = await build('first', { Dockerfile: dockerfile, 'start.sh': start, text: 'a' });
    // Root of the Dockerfile is a user of no rights on the host.
    assert.ok(
      lines.includes('0') && lines.some((line) => /^ *0 +100000 +65536$/.test(line)),
      lines.join('\n'),
    );
    assert.deepEqual(
      [image.settings.User, image.settings.WorkingDir, Object.keys(image.settings.ExposedPorts ?? {})],
      ['33', '/srv', ['8080/tcp']],
    );
    assert.deepEqual(image.settings.Entrypoint, ['/bin/bash', '/srv/start.sh']);
    assert.deepEqual(image.settings.Cmd, ['one', 'two words']);
    assert.equal(await run('first', image), '33 /srv 2 two words 1234 a');
  });

  it('neither makes nor sends layers again that have not changed', async () => {
    const files = { Dockerfile: dockerfile, 'start.sh': start };
    const first = await build('second', { ...files, text: 'a' });
    const second = await build('second', { ...files, text: 'b' });
    const made = (lines: string[]): number => lines.filter((line) => line.includes('100000')).length;
    assert.deepEqual([made(first.lines), made(second.lines)], [1, 0], second.lines.join('\n'));
    // The stack is unpacked once, too.
    assert.ok(!second.lines.some((line) => line.includes('Unpacking')));
    assert.ok(first.image.sent > 2 && first.image.bytes > 100e6, JSON.stringify(first.image));
    assert.ok(second.image.sent <= 3 && second.image.bytes < 100e3, JSON.stringify(second.image));
    assert.equal(await run('second', second.image), '33 /srv 2 two words 1234 b');
    const third = await build('second', { ...files, text: 'b' });
    assert.equal(third.image.sent, 0);
  });

  it('builds from nothing, and needs no stack for it', async () => {
    const { image, lines } = await build('scratch', {
      Dockerfile: 'FROM scratch\nCOPY text /text\nENTRYPOINT ["/text"]\n',
      text: 'a',
    });
    assert.equal(image.sent, 2);
    assert.ok(!lines.some((line) => line.includes('Unpacking')));
  });

  it('fails with the command that failed, and its code', async () => {
    await assert.rejects(
      build('failing', { Dockerfile: 'FROM deis/stack:bookworm\nRUN echo it broke && exit 7\n' }),
      (error: Error) =>
        error instanceof UserError &&
        /the build failed/.test(error.message) &&
        /it broke[\s\S]*7/.test(error.message),
    );
  });

  it('keeps its commands from the host, the registry and the metadata of clouds', async () => {
    const { port } = registry.address;
    const gateway = (await bench.docker.getNetwork('bridge').inspect()) as {
      IPAM: { Config: { Gateway?: string }[] };
    };
    const host = gateway.IPAM.Config[0]?.Gateway ?? '172.17.0.1';
    const tries = [`${host}/${port}`, `${host}/22`, '169.254.169.254/80', `127.0.0.1/${port}`];
    const script = tries
      .map((place) => `timeout 2 bash -c 'echo >/dev/tcp/${place}' 2>/dev/null && echo reached ${place}`)
      .join('; ');
    const { lines } = await build('fenced', {
      Dockerfile:
        // One stream: of two a line may be written into the midst of another.
        `FROM deis/stack:bookworm\nRUN exec 2>&1; ${script}; echo tried; ` +
        'ls /build /cache /var/run/docker.sock || true\n',
    });
    assert.ok(lines.includes('tried'), lines.join('\n'));
    assert.deepEqual(
      lines.filter((line) => line.startsWith('reached')),
      [],
    );
    // Neither buildah's storage nor the engine is where its commands are.
    assert.equal(lines.filter((line) => /cannot access/.test(line)).length, 3, lines.join('\n'));
  });

  it('ends a build that wants more memory than it may have', async () => {
    const Dockerfile = 'FROM deis/stack:bookworm\nRUN python3 -c "x = bytearray(900 * 1024 ** 2)"\n';
    await assert.rejects(build('hungry', { Dockerfile }, 400 * 1024 ** 2), /ran out of memory/);
  });
});
