import assert from 'node:assert/strict';
import { ContainerEnds } from '../../../../server/health/container-ends.js';
import type { ContainerSighting } from '../../../../server/health/read-containers.js';

const sighting = (process: string, port: number, exitCode: number | null = null): ContainerSighting => ({
  process,
  port,
  seen: { state: 'up', restarts: 1, exitCode, outOfMemory: false, since: '2026-11-29T12:00:00.000Z' },
});
const ended = (seen: readonly ContainerSighting[]): [number | null, boolean][] =>
  seen.map(({ seen: { exitCode, outOfMemory } }) => [exitCode, outOfMemory]);

describe('how containers ended', () => {
  const name = (process: string, port: number): string => `app-${process}-v7-${port}`;

  it('is told of those that run again, once', () => {
    const ends = new ContainerEnds();
    ends.heard('node', { what: 'oom', name: name('web.1', 5001), exitCode: null });
    ends.heard('node', { what: 'die', name: name('web.1', 5001), exitCode: 137 });
    ends.heard('node', { what: 'start', name: name('web.1', 5001), exitCode: null });
    ends.heard('node', { what: 'die', name: name('web.2', 5002), exitCode: 3 });
    const seen = [sighting('web.1', 5001), sighting('web.2', 5002), sighting('web.2', 5003)];
    assert.deepEqual(ended(ends.addTo('other', seen)), [
      [null, false],
      [null, false],
      [null, false],
    ]);
    assert.deepEqual(ended(ends.addTo('node', seen)), [
      [137, true],
      [3, false],
      [null, false],
    ]);
    assert.deepEqual(ended(ends.addTo('node', seen)), [
      [null, false],
      [null, false],
      [null, false],
    ]);
  });

  it('is kept of those that were not looked at', () => {
    const ends = new ContainerEnds();
    ends.heard('node', { what: 'die', name: name('web.1', 5001), exitCode: 1 });
    ends.heard('node', { what: 'die', name: name('web.2', 5002), exitCode: 2 });
    const looked = new Set([name('web.1', 5001)]);
    assert.deepEqual(ended(ends.addTo('node', [sighting('web.1', 5001)], looked)), [[1, false]]);
    const both = [sighting('web.1', 5001), sighting('web.2', 5002)];
    assert.deepEqual(ended(ends.addTo('node', both)), [
      [null, false],
      [2, false],
    ]);
  });

  it('is what the engine says of those that do not run', () => {
    const ends = new ContainerEnds();
    ends.heard('node', { what: 'die', name: name('web.1', 5001), exitCode: 1 });
    assert.deepEqual(ended(ends.addTo('node', [sighting('web.1', 5001, 2)])), [[2, false]]);
  });

  it('is kept of so many', () => {
    const ends = new ContainerEnds();
    for (let n = 0; n < 10_001; n += 1)
      ends.heard('node', { what: 'die', name: name('web.1', n), exitCode: 1 });
    const seen = ends.addTo('node', [sighting('web.1', 9_999), sighting('web.1', 10_000)]);
    assert.deepEqual(ended(seen), [
      [1, false],
      [null, false],
    ]);
  });
});
