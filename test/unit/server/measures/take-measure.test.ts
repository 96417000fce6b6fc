import assert from 'node:assert/strict';
import type { HostReading, NamedContainer } from '../../../../provisioner/node-commands/measures.js';
import { maxContainersPerNode, readingOf, takeMeasure } from '../../../../server/measures/take-measure.js';
import type { ReadNow } from '../../../../server/measures/take-measure.js';

const id = (n: number): string => n.toString(16).padStart(64, '0');
const named = (count = 1): Map<string, NamedContainer> =>
  new Map(
    Array.from({ length: count }, (_, n) => [
      id(n),
      { id: id(n), formation: 'app', process: `web.${n + 1}`, release: 3, port: 5000 + n },
    ]),
  );
const host = (cpuMicroseconds: number, more: Partial<HostReading> = {}): HostReading => ({
  containers: [{ id: id(0), cpuMicroseconds, memory: 50, memoryLimit: 100 }],
  disks: [{ mount: '/', bytes: 1000, used: 900 }],
  traffic: undefined,
  ...more,
});
const at = (seconds: number): Date => new Date(Date.UTC(2026, 10, 29, 12, 0, seconds));
const read = (seconds: number, reading: HostReading, restarts = 0): ReadNow => ({
  at: at(seconds),
  host: reading,
  named: named(),
  restartsOf: () => restarts,
});

describe('what a node did between two readings', () => {
  it('is what its counters gained, and what was in use', () => {
    const before = readingOf(read(0, host(1_000_000), 2));
    assert.deepEqual(takeMeasure(before, read(10, host(6_000_000), 3)), {
      seconds: 10,
      containers: {
        'web.1 5000': {
          process: 'web.1',
          release: 3,
          cpuMs: 5000,
          memory: 50,
          memoryLimit: 100,
          restarts: 1,
        },
      },
      disks: { '/': 0.9 },
    });
  });

  it('counts a container whole that has restarted, or was not there', () => {
    const before = readingOf(read(0, host(9_000_000)));
    const cpuMs = (reading: ReturnType<typeof readingOf>): number =>
      takeMeasure(reading, read(10, host(2_000_000), 7)).containers['web.1 5000']!.cpuMs;
    assert.equal(cpuMs(before), 2000);
    const empty = readingOf(read(0, host(0, { containers: [] })));
    assert.equal(cpuMs(empty), 2000);
    assert.equal(takeMeasure(empty, read(10, host(2_000_000), 7)).containers['web.1 5000']!.restarts, 0);
  });

  it('knows nothing of containers that are not of the app', () => {
    const others = { ...read(0, host(1)), named: new Map<string, NamedContainer>() };
    assert.deepEqual(readingOf(others).containers, {});
    assert.deepEqual(takeMeasure(readingOf(others), { ...others, at: at(10) }).containers, {});
  });

  it('has the requests of a proxy, and counts whole when nginx was started again', () => {
    const proxy = (statuses: Record<string, number>): HostReading =>
      host(0, { containers: [], traffic: { statuses, took: { 5: statuses['2'] ?? 0 } } });
    const before = readingOf(read(0, proxy({ 2: 100, 5: 7 })));
    assert.deepEqual(takeMeasure(before, read(10, proxy({ 2: 130, 5: 7 }))).traffic, {
      statuses: { 2: 30 },
      took: { 5: 30 },
    });
    assert.deepEqual(takeMeasure(before, read(10, proxy({ 2: 20 }))).traffic, {
      statuses: { 2: 20 },
      took: { 5: 20 },
    });
    assert.equal(
      takeMeasure(readingOf(read(0, host(0))), read(10, proxy({ 2: 20 }))).traffic,
      undefined,
      'what it counted before it was ever read is not of this time',
    );
  });

  it('has the requests that a limit of a proxy ended, since its nginx was started at the earliest', () => {
    const proxy = (limited?: Record<string, number>): HostReading => {
      const traffic = { statuses: { 4: 9 }, took: {}, ...(limited === undefined ? {} : { limited }) };
      return host(0, { containers: [], traffic });
    };
    const since = (before?: Record<string, number>, now?: Record<string, number>): unknown =>
      takeMeasure(readingOf(read(0, proxy(before))), read(10, proxy(now))).traffic?.limited;
    assert.deepEqual(since({ body: 2, head: 1 }, { body: 5, head: 1 }), { body: 3 });
    assert.deepEqual(since(undefined, { head: 1 }), { head: 1 });
    assert.deepEqual(since({ head: 7 }, { head: 2 }), { head: 2 });
    assert.equal(since({ head: 1 }, { head: 1 }), undefined);
    assert.equal(since({ head: 1 }, undefined), undefined);
  });

  it('has what all of the machine has computed, once it was read before', () => {
    const machine = (cpuMicroseconds: number, used: number): HostReading =>
      host(0, { machine: { memory: 1000, used, cpus: 2, cpuMicroseconds } });
    const before = readingOf(read(0, machine(5_000_000, 400)));
    assert.deepEqual(before.machine, { cpuMicroseconds: 5_000_000 });
    assert.deepEqual(takeMeasure(before, read(10, machine(9_000_000, 500))).machine, {
      cpuMs: 4000,
      memory: 500,
    });
    assert.equal(takeMeasure(before, read(10, machine(1_000_000, 500))).machine?.cpuMs, 1000, 'rebooted');
    assert.equal(takeMeasure(readingOf(read(0, host(0))), read(10, machine(1, 1))).machine, undefined);
    assert.equal(takeMeasure(before, read(10, host(0))).machine, undefined);
  });

  it('is bounded in containers', () => {
    const many = named(maxContainersPerNode + 50);
    const containers = [...many.keys()].map((each) => ({
      id: each,
      cpuMicroseconds: 1,
      memory: 1,
      memoryLimit: null,
    }));
    const now = { ...read(10, host(0, { containers })), named: many };
    const before = readingOf({ ...now, at: at(0) });
    assert.equal(Object.keys(before.containers).length, maxContainersPerNode);
    assert.equal(Object.keys(takeMeasure(before, now).containers).length, maxContainersPerNode);
  });
});
