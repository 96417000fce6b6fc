import assert from 'node:assert/strict';
import type { Connection, ExecRequest } from '../../../../provisioner/ssh/transport.js';
import { parseContainer, readContainers } from '../../../../server/health/read-containers.js';

const now = new Date('2026-11-28T12:00:00Z');
const never = '0001-01-01T00:00:00Z';
const line = (state: string, started: string, ended = never): string =>
  `web.1 /peachy-waxworks-web.1-v7-5001 ${state} ${started} ${ended}`;

describe('what containers do', () => {
  for (const [what, text, wanted] of [
    ['runs', line('running 0 0 false', '2026-11-28T11:00:00.5Z'), ['up', 0, null]],
    ['has restarted once just now', line('running 1 0 false', '2026-11-28T11:59:58Z'), ['up', 1, null]],
    [
      'has restarted again and again',
      line('running 9 0 false', '2026-11-28T11:59:58Z'),
      ['crashing', 9, null],
    ],
    ['has settled since', line('running 9 0 false', '2026-11-28T11:58:00Z'), ['up', 9, null]],
    [
      'waits for its next start',
      line('restarting 9 1 false', '2026-11-28T11:59:00Z', '2026-11-28T11:59:01Z'),
      ['crashing', 9, 1],
    ],
    [
      'was ended for want of memory',
      line('exited 0 137 true', '2026-11-28T11:00:00Z', '2026-11-28T11:30:00Z'),
      ['stopped', 0, 137],
    ],
    ['was never started', line('created 0 0 false', never), ['stopped', 0, 0]],
  ] as const)
    it(`tells one that ${what}`, () => {
      const found = parseContainer(text, now);
      assert.deepEqual([found?.process, found?.port], ['web.1', 5001]);
      assert.deepEqual([found?.seen.state, found?.seen.restarts, found?.seen.exitCode], wanted);
      assert.equal(found?.seen.outOfMemory, text.includes('true'));
      assert.ok(Date.parse(found?.seen.since ?? ''));
    });

  it('passes over what is not of the app', () => {
    assert.equal(parseContainer(`. /peachy-run-1 running 0 0 false ${never} ${never}`, now), undefined);
    assert.equal(parseContainer('', now), undefined);
  });

  it('asks about those alone that are named, in as many words however many there are beside them', async () => {
    const asked: (readonly string[])[] = [];
    const exec = ({ command }: ExecRequest) => {
      asked.push(command);
      const stdout = asked.length === 1 ? `${'b'.repeat(12)}\n` : `${line('running 0 0 false', never)}\n`;
      return Promise.resolve({ exitCode: 0 as const, stdout, stderr: '' });
    };
    const limits = { deadlineMs: 3000, signal: AbortSignal.timeout(5000), now };
    const looked = new Set(['peachy-web.1-v7-5001', '--evil', 'a b']);
    const seen = await readContainers({ exec } as unknown as Connection, { ...limits, looked });
    assert.deepEqual(
      seen.map(({ port }) => port),
      [5001],
    );
    assert.deepEqual(
      asked[0]?.filter((word) => word.includes('=')),
      ['label=deis.type', 'name=^peachy-web\\.1-v7-5001$'],
    );
    assert.equal(asked.length, 2);
  });

  it('asks nothing where nothing that could be a container is named', async () => {
    const limits = { deadlineMs: 3000, signal: AbortSignal.timeout(5000), now };
    const looked = new Set(['--evil']);
    assert.deepEqual(await readContainers({} as unknown as Connection, { ...limits, looked }), []);
  });

  it('asks the engine by words, with a deadline, and only about ids that are', async () => {
    const asked: ExecRequest[] = [];
    const answers = [`${'a'.repeat(12)}\n--evil\n`, `${line('running 0 0 false', never)}\n`];
    const exec = (request: ExecRequest) => {
      asked.push(request);
      return Promise.resolve({ exitCode: 0 as const, stdout: answers[asked.length - 1] ?? '', stderr: '' });
    };
    const limits = { deadlineMs: 3000, signal: AbortSignal.timeout(5000), now };
    const seen = await readContainers({ exec } as unknown as Connection, limits);
    assert.deepEqual(
      seen.map(({ process }) => process),
      ['web.1'],
    );
    assert.deepEqual(asked[1]?.command.slice(-1), ['a'.repeat(12)]);
    assert.ok(asked.every(({ deadlineMs, signal }) => deadlineMs === 3000 && signal === limits.signal));
  });
});
