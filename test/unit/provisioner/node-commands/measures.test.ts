import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseMeasures } from '../../../../provisioner/node-commands/measures.js';
import { programText } from '../../../../provisioner/node-commands/node-program.js';

const [web, worker] = ['a'.repeat(64), 'b'.repeat(64)];

describe('what a node has used', () => {
  let root: string;
  beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'deis-cgroups-'))));
  afterEach(() => rmSync(root, { recursive: true }));

  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  const read = (): ReturnType<typeof parseMeasures> => {
    const program = programText(['measures-containers.sh', 'measures-host.sh']);
    const output = execFileSync('sh', ['-c', program.replaceAll('/sys/fs/cgroup', root), 'deis', ''], {
      encoding: 'utf8',
    });
    return parseMeasures(output);
  };
  const version2 = (folder: string, memoryMax: string): void => {
    write('cgroup.controllers', 'cpu memory\n');
    write(`${folder}/cpu.stat`, 'usage_usec 5000000\nuser_usec 1\nsystem_usec 2\n');
    write(`${folder}/memory.current`, '104857600\n');
    write(`${folder}/memory.max`, memoryMax);
    write(`${folder}/memory.stat`, 'anon 1\ninactive_file 4857600\nactive_file 3\n');
  };

  it('is read of control groups of version 2, by either driver', () => {
    version2(`system.slice/docker-${web}.scope`, '536870912\n');
    version2(`docker/${worker}`, 'max\n');
    const same = { cpuMicroseconds: 5_000_000, memory: 100_000_000 };
    const { containers } = read();
    assert.deepEqual(
      [...containers].sort((one, other) => one.id.localeCompare(other.id)),
      [
        { id: web, ...same, memoryLimit: 536_870_912 },
        { id: worker, ...same, memoryLimit: null },
      ],
    );
  });

  it('is read of control groups of version 1, by either driver', () => {
    for (const [folder, limit] of [
      [`docker/${web}`, '9223372036854771712\n'],
      [`system.slice/docker-${worker}.scope`, '268435456\n'],
    ] as const) {
      write(`cpuacct/${folder}/cpuacct.usage`, '5000000999\n');
      write(`memory/${folder}/memory.usage_in_bytes`, '104857600\n');
      write(`memory/${folder}/memory.limit_in_bytes`, limit);
      write(`memory/${folder}/memory.stat`, 'inactive_file 7\ntotal_inactive_file 4857600\n');
      write(`pids/${folder}/pids.current`, '3\n');
    }
    const { containers } = read();
    assert.deepEqual(containers.map(({ id, memoryLimit }) => [id, memoryLimit]).sort(), [
      [web, null],
      [worker, 268_435_456],
    ]);
    for (const { cpuMicroseconds, memory } of containers)
      assert.deepEqual([cpuMicroseconds, memory], [5_000_001, 100_000_000]);
  });

  it('leaves out a container that ends meanwhile, and has the disks', () => {
    version2(`system.slice/docker-${web}.scope`, 'max\n');
    rmSync(join(root, `system.slice/docker-${web}.scope/memory.current`));
    const { containers, disks, traffic } = read();
    assert.deepEqual([containers, traffic], [[], undefined]);
    assert.ok(disks.some(({ mount, used, bytes }) => mount === '/' && used > 0 && used <= bytes));
  });

  it('has what the machine has and uses, within the limits of a node that is a container', () => {
    const { machine } = read();
    assert.ok(machine !== undefined && machine.used > 0 && machine.used < machine.memory, String(machine));
    assert.equal(
      machine.memory,
      Number(/MemTotal: +(\d+)/.exec(readFileSync('/proc/meminfo', 'utf8'))![1]) * 1024,
    );
    assert.ok(machine.cpus >= 1 && machine.cpuMicroseconds > 0);
    write('memory.max', '67108864\n');
    write('memory.current', '50000000\n');
    write('memory.stat', 'anon 1\ninactive_file 10000000\n');
    write('cpu.max', '50000 100000\n');
    write('cpu.stat', 'usage_usec 7000000\nuser_usec 1\n');
    assert.deepEqual(read().machine, {
      memory: 67_108_864,
      used: 40_000_000,
      cpus: 0.5,
      cpuMicroseconds: 7_000_000,
    });
    write('memory.max', 'max\n');
    write('cpu.max', 'max 100000\n');
    assert.deepEqual([read().machine?.memory, read().machine?.cpus], [machine.memory, machine.cpus]);
    assert.equal(parseMeasures('machine 0 0 0 0\nmachine 1 x 1 1\n').machine, undefined);
  });

  it('is nothing where there is no container', () => {
    write('cgroup.controllers', '');
    assert.deepEqual(read().containers, []);
  });

  it('has what a proxy counted, and passes over whatever else was printed', () => {
    const { traffic } = parseMeasures('traffic 1\nstatus 2 12\ntook 5 11\ntook more 1\nhello\nstatus 5 x\n');
    assert.deepEqual(traffic, { statuses: { 2: 12, 5: 0 }, took: { 5: 11, more: 1 } });
  });

  it('has what a proxy counted of each guest, apart from what it counted itself', () => {
    const { traffic, guests } = parseMeasures(
      'disk / 2 1\ntraffic 1\nstatus 2 12\ntook 5 12\n' +
        'guest shop\ntraffic 1\nstatus 5 3\ntook more 3\nlimited body 1\n' +
        'guest blog\ntraffic 1\nguest Not-One\nguest mail\nstatus 2 1\n',
    );
    assert.deepEqual(traffic, { statuses: { 2: 12 }, took: { 5: 12 } });
    assert.deepEqual(
      [...(guests ?? [])],
      [
        ['shop', { statuses: { 5: 3 }, took: { more: 3 }, limited: { body: 1 } }],
        ['blog', { statuses: {}, took: {} }],
      ],
    );
    assert.equal(parseMeasures('traffic 1\nstatus 2 12\n').guests, undefined);
  });

  it('has as many guests as a proxy may have', () => {
    const text = Array.from({ length: 1000 }, (_, n) => `guest g${n}\ntraffic 1\nstatus 2 1`).join('\n');
    assert.equal(parseMeasures(text).guests?.size, 300);
  });

  it('is bounded, whatever a node prints', () => {
    const line = (n: number): string => `container ${n.toString(16).padStart(64, '0')} 1 1 1 1`;
    const text = Array.from({ length: 5000 }, (_, n) => line(n)).join('\n');
    assert.equal(parseMeasures(text).containers.length, 500);
  });
});
