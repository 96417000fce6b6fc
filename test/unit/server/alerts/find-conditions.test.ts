import assert from 'node:assert/strict';
import { findConditions, maxConditions, type AlertFacts } from '../../../../server/alerts/find-conditions.js';
import type { AlertRuleRecord } from '../../../../server/store/alerts/alert-store.js';
import type { ContainerMeasure, NodeMeasure } from '../../../../server/store/app/measure-store.js';

const now = new Date('2026-11-29T12:00:00Z');
const nothing: AlertFacts = {
  now,
  containers: [],
  measures: [],
  silentNodes: [],
  certificates: [],
  newestRelease: undefined,
  newestBuild: undefined,
  logMatches: new Map(),
  apiCertificate: undefined,
  backup: undefined,
  archivedUntil: undefined,
};
const rule = (kind: string, threshold: number | null = null): AlertRuleRecord => ({
  id: 7,
  formationId: 1,
  kind,
  name: kind,
  threshold,
  pattern: null,
  minutes: null,
  createdAt: now,
});
const found = (kind: string, threshold: number | null, facts: Partial<AlertFacts>): string[] =>
  findConditions([rule(kind, threshold)], { ...nothing, ...facts }).holding.map(
    ({ subject, detail }) => `${subject}: ${detail}`,
  );
const measured = (measure: Partial<NodeMeasure>, node = 'node-1'): AlertFacts['measures'][number] => ({
  node,
  at: now,
  measure: { seconds: 10, containers: {}, disks: {}, ...measure },
});
const web = (memory: number, memoryLimit: number | null): ContainerMeasure => ({
  process: 'web.1',
  release: 1,
  cpuMs: 0,
  memory,
  memoryLimit,
  restarts: 0,
});

describe('what is the matter', () => {
  it('is a container that restarts over and over', () => {
    const containers = [
      { process: 'web.1', state: 'crashing', restarts: 5 },
      { process: 'web.2', state: 'up', restarts: 9 },
    ];
    assert.deepEqual(found('crash-loop', null, { containers }), [
      'web.1: web.1 restarts over and over: 5 times by now',
    ]);
  });

  it('is memory at its limit, of the newest measure, and never of a container without one', () => {
    const of = (memory: number, limit: number | null): string[] =>
      found('memory', 90, { measures: [measured({ containers: { a: web(memory, limit) } })] });
    assert.deepEqual(of(90, 100), ['web.1: web.1 uses 90 % of its memory limit']);
    assert.deepEqual(of(89, 100), []);
    assert.deepEqual(of(1e12, null), []);
    const older = measured({ containers: { a: web(100, 100) } });
    assert.deepEqual(
      found('memory', 90, { measures: [older, measured({ containers: { a: web(1, 100) } })] }),
      [],
    );
  });

  it('is a share of 5xx, of all proxies together, and of no handful of requests', () => {
    const of = (...counts: readonly (readonly [good: number, bad: number])[]): string[] =>
      found('5xx', 5, {
        measures: counts.map(([good, bad], n) =>
          measured({ traffic: { statuses: { 2: good, 5: bad }, took: {} } }, `proxy-${n}`),
        ),
      });
    assert.deepEqual(of([95, 0], [0, 5]), ['app: 5.0 % of 100 requests ended with 5xx']);
    assert.deepEqual(of([96, 4]), []);
    assert.deepEqual(of([0, 9]), []);
  });

  it('is the 95th percentile of latency', () => {
    const of = (took: Record<string, number>): string[] =>
      found('p95', 500, { measures: [measured({ traffic: { statuses: {}, took } })] });
    assert.equal(of({ 10: 90, 1000: 10 }).length, 1);
    assert.deepEqual(of({ 10: 99, 1000: 1 }), []);
    assert.deepEqual(of({ 1000: 9 }), []);
  });

  it('is a node that does not answer, a certificate near its end, a full disk, a failed release', () => {
    assert.deepEqual(found('node-lost', null, { silentNodes: [{ name: 'node-1', since: now }] }), [
      'node-1: node-1 does not answer since 2026-11-29T12:00:00.000Z',
    ]);
    const certificates = [
      { name: 'old', expiresAt: new Date('2026-11-28T12:00:00Z') },
      { name: 'www', expiresAt: new Date('2026-12-13T12:00:00Z') },
      { name: 'new', expiresAt: new Date('2026-12-14T12:00:00Z') },
    ];
    assert.deepEqual(found('certificate', 14, { certificates }), [
      'old: certificate old expired at 2026-11-28T12:00:00.000Z',
      'www: certificate www expires at 2026-12-13T12:00:00.000Z',
    ]);
    assert.deepEqual(found('disk', 85, { measures: [measured({ disks: { '/': 0.85, '/data': 0.1 } })] }), [
      'node-1 /: / of node-1 is 85 % full',
    ]);
    const release = { version: 8, state: 'failed', reason: 'nothing listens' };
    assert.deepEqual(found('deploy', null, { newestRelease: release }), [
      'app: release v8 failed: nothing listens',
    ]);
    assert.deepEqual(found('deploy', null, { newestRelease: { ...release, state: 'live' } }), []);
  });

  it('is a pattern that so many lines of the log match, and is unknown where nobody looks', () => {
    const errors = { ...rule('log', 3), pattern: 'ERROR', minutes: 5 };
    const of = (count: number | undefined) =>
      findConditions([errors], { ...nothing, logMatches: new Map(count === undefined ? [] : [[7, count]]) });
    assert.deepEqual(
      of(3).holding.map(({ detail }) => detail),
      ['3 lines within 5 min match ERROR'],
    );
    assert.deepEqual([of(2).holding, [...of(2).unknown]], [[], []]);
    assert.deepEqual([of(undefined).holding, [...of(undefined).unknown]], [[], [7]]);
  });

  it('is a build that failed, until a newer one has not', () => {
    const newestBuild = { isFailed: true, reason: 'npm ci failed' };
    assert.deepEqual(found('build', null, { newestBuild }), ['app: the newest build failed: npm ci failed']);
    assert.deepEqual(found('build', null, { newestBuild: { ...newestBuild, isFailed: false } }), []);
    assert.deepEqual(found('build', null, {}), []);
    const long = found('build', null, { newestBuild: { isFailed: true, reason: 'x'.repeat(9_999) } });
    assert.ok(long[0]!.length < 400);
  });

  it('is a backup that failed, is too old, or is not made at all', () => {
    const of = (failures: number, endedAt: Date | null): string[] =>
      found('backup', 48, { backup: { failures, endedAt } });
    const hoursAgo = (hours: number): Date => new Date(now.getTime() - hours * 3_600_000);
    assert.deepEqual(of(2, hoursAgo(1)), ['controller: the backup failed, 2 times since one did not']);
    assert.deepEqual(of(0, hoursAgo(48)), ['controller: the newest backup is of 2026-11-27T12:00:00.000Z']);
    assert.deepEqual([of(0, hoursAgo(47)), of(0, null)], [[], []]);
    assert.deepEqual(found('backup', 48, {}), ['controller: no backups are made (DEIS_BACKUP_TO)']);
  });

  it('is the certificate of the API that nears its end, or that no CA gives, with its words', () => {
    const of = (expiresAt: Date | null, failures = 0, lastError: string | null = null): string[] =>
      found('api-certificate', 14, {
        apiCertificate: { domain: 'deis.example.com', expiresAt, failures, lastError },
      });
    const inDays = (days: number): Date => new Date(now.getTime() + days * 86_400_000);
    const none = 'controller: there is no certificate of deis.example.com yet: no. The CA says: 404.';
    assert.deepEqual(of(null, 2, 'no. The CA says: 404.'), [none]);
    assert.deepEqual([of(null), of(inDays(15), 3, 'no'), found('api-certificate', 14, {})], [[], [], []]);
    assert.deepEqual(of(inDays(14), 3, 'no'), [
      'controller: the certificate of deis.example.com expires at 2026-12-13T12:00:00.000Z: no',
    ]);
    assert.match(of(inDays(-1))[0]!, / expired at 2026-11-28/);
  });

  it("is a database's log that was not copied for too long, and is unknown where none is kept", () => {
    const of = (minutes: number): string[] =>
      found('wal', 10, { archivedUntil: new Date(now.getTime() - minutes * 60_000) });
    assert.equal(of(10).length, 1);
    assert.deepEqual(of(9), []);
    assert.deepEqual([...findConditions([rule('wal', 10)], nothing).unknown], [7]);
  });

  it('is unknown, not over, where nothing was measured', () => {
    for (const kind of ['memory', '5xx', 'p95', 'disk'])
      assert.deepEqual([...findConditions([rule(kind, 1)], nothing).unknown], [7], kind);
    for (const kind of ['crash-loop', 'node-lost', 'certificate', 'deploy'])
      assert.deepEqual([...findConditions([rule(kind, 1)], nothing).unknown], [], kind);
  });

  it('is bounded, and two containers of a process are one', () => {
    const crashing = (process: string) => ({ process, state: 'crashing', restarts: 3 });
    const many = Array.from({ length: maxConditions + 20 }, (_, n) => crashing(`web.${n}`));
    assert.equal(found('crash-loop', null, { containers: many }).length, maxConditions);
    assert.equal(found('crash-loop', null, { containers: [crashing('a'), crashing('a')] }).length, 1);
  });
});
