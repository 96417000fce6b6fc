import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RemoteFailure } from '../../../base/errors.js';
import { startCuttingProxy } from '../../support/nodes/cutting-proxy.js';
import type { CuttingProxy } from '../../support/nodes/cutting-proxy.js';
import { ProgramNode, untilReleased } from '../../support/nodes/program-node.js';
import { startSshDaemon } from '../../support/nodes/ssh-daemon.js';
import type { SshDaemon } from '../../support/nodes/ssh-daemon.js';

const exited = (code = 0) => ({ kind: 'exit', code }) as const;

describe('running a program on a node over real SSH', function () {
  this.timeout(20_000);
  let daemon: SshDaemon;
  let proxy: CuttingProxy;
  let node: ProgramNode;
  let count = 0;

  before(async () => {
    daemon = await startSshDaemon();
  });
  beforeEach(async () => {
    proxy = await startCuttingProxy(daemon.port);
    node = new ProgramNode(daemon, `node-${(count += 1)}`, proxy.port);
  });
  afterEach(async () => {
    await node.close();
    await proxy.close();
  });
  after(() => daemon.stop());

  const runsDir = (): string => join(node.stateDir, 'runs');
  const runFiles = (suffix: string): string[] =>
    readdirSync(runsDir()).filter((name) => name.endsWith(suffix));

  it('runs it with one connection and follows its report to the end', async () => {
    const outcome = await node.run('r1', 'echo one; sleep 0.2; echo two');
    assert.deepEqual(outcome, { end: exited(), log: '' });
    assert.deepEqual(node.said(), ['one', 'two']);
    assert.equal(proxy.accepted, 1);
  });

  it('gives lines while the program still runs', async () => {
    const running = node.run('r1', `echo early; ${untilReleased('go')}`);
    await node.until('the first line', () => node.said().includes('early'));
    node.release('go');
    await running;
  });

  it('carries a program of a megabyte, whatever bytes it holds', async () => {
    const odd = `'\\''"$HOME\`\\ é 世`;
    await node.run('big', `cat <<'E'\n${odd}\nE\n: '${'x'.repeat(1_000_000)}'\necho end`);
    assert.deepEqual(node.said(), [odd, 'end']);
  });

  it('keeps the program out of every command line, and its files to their owner', async () => {
    await node.run(
      'r1',
      `all=$(cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' '); case $all in *SENTI""NEL*) echo ` +
        'shown ;; *deis-receiver*) echo hidden ;; esac; ls -l "$T/state/runs" | grep -c ' +
        `'^-rw-------.*sh$'\n# SENTINEL`,
    );
    assert.deepEqual(node.said(), ['hidden', '1']);
    assert.deepEqual(
      [node.stateDir, runsDir()].map((path) => statSync(path).mode & 0o777),
      [0o700, 0o700],
    );
    await node.until('the program to be removed', () => runFiles('.sh').length === 0);
  });

  it('tells the exit code of a program that fails, and the end of its stderr', async () => {
    assert.deepEqual(await node.run('r1', 'echo woe >&2; exit 3'), { end: exited(3), log: 'woe\n' });
    assert.equal((await node.run('r2', 'kill -9 $$')).end.kind, 'exit');
  });

  it('runs an id once: again, it gives the same report', async () => {
    await node.run('r1', 'echo x >> "$T/ran"; echo said');
    assert.deepEqual((await node.run('r1', 'echo x >> "$T/ran"; echo other')).end, exited());
    assert.deepEqual(node.said(), ['said', 'said']);
    assert.equal(node.read('ran'), 'x\n');
  });

  it('takes no harm from what a login prints', async () => {
    node.sudo = ['sh', '-c', 'echo "Welcome to deis-run"; exec "$@"', 'login'];
    await node.run('r1', 'echo one');
    assert.deepEqual(node.said(), ['one']);
  });

  describe('when SSH is cut', () => {
    const countedProgram = (body: string): string => `echo x >> "$T/ran"\n${body}`;
    const assertRanOnce = (): void => assert.equal(node.read('ran'), 'x\n');

    it('during the upload, sends it again', async () => {
      proxy.cutOnceAfter(300_000);
      const outcome = await node.run('r1', countedProgram(`: '${'x'.repeat(3_000_000)}'\necho end`));
      assert.equal(proxy.cuts, 1, 'the phase was not reached');
      assert.deepEqual([outcome.end, node.said()], [exited(), ['end']]);
      assertRanOnce();
      await node.until('both copies to be removed', () => runFiles('.sh').length === 0);
    });

    for (const survives of [true, false]) {
      const receiver = `the cut receiver ${survives ? 'goes on' : 'comes later than the new one'}`;
      it(`between upload and start, starts it once (${receiver})`, async () => {
        node.hold('setsid');
        const running = node.run('r1', countedProgram('echo end'));
        await node.reached('held');
        assert.equal(proxy.cut(), 1, 'the phase was not reached');
        assert.equal(node.read('ran'), '');
        if (survives) node.release('go');
        assert.deepEqual([(await running).end, node.said()], [exited(), ['end']]);
        node.release('go');
        await node.until('all receivers to end', () => runFiles('.sh').length === 0);
        assertRanOnce();
      });
    }

    it('while it runs silently, goes on with the report', async () => {
      const running = node.run(
        'r1',
        countedProgram(`echo before; : > "$T/held"; ${untilReleased('go')}; echo after`),
      );
      await node.reached('held');
      await node.until('the first line', () => node.said().length === 1);
      assert.equal(proxy.cut(), 1, 'the phase was not reached');
      node.release('go');
      assert.deepEqual([(await running).end, node.said()], [exited(), ['before', 'after']]);
      assertRanOnce();
    });

    it('while it runs chattily, twice, loses and repeats no line', async () => {
      const running = node.run(
        'r1',
        countedProgram(
          'n=0; while [ $n -lt 2000 ]; do n=$((n+1)); echo "line $n"; ' +
            '[ $((n % 50)) != 0 ] || sleep 0.02; done',
        ),
      );
      for (const line of ['line 200', 'line 900']) {
        await node.until(line, () => node.said().includes(line));
        assert.equal(proxy.cut(), 1, 'the phase was not reached');
      }
      assert.deepEqual((await running).end, exited());
      const said = node.said();
      const wrong = said.findIndex((line, n) => line !== `line ${n + 1}`);
      assert.deepEqual(
        [said.length, wrong === -1 ? [] : said.slice(Math.max(0, wrong - 1), wrong + 2)],
        [2000, []],
      );
      assertRanOnce();
    });

    it('just before the end, hears the end that came meanwhile', async () => {
      const running = node.run('r1', countedProgram(`echo finish; : > "$T/held"; ${untilReleased('go')}`));
      await node.reached('held');
      proxy.refusing = true;
      assert.equal(proxy.cut(), 1, 'the phase was not reached');
      node.release('go');
      await node.until('the program to end unwatched', () => runFiles('.sh').length === 0);
      proxy.refusing = false;
      assert.deepEqual([(await running).end, node.said()], [exited(), ['finish']]);
      assertRanOnce();
    });

    it('and the run is killed meanwhile, says that it died', async () => {
      const running = node.run(
        'r1',
        countedProgram(`echo "$PPID" > "$T/leader"; : > "$T/held"; ${untilReleased('go')}`),
      );
      await node.reached('held');
      proxy.refusing = true;
      assert.equal(proxy.cut(), 1, 'the phase was not reached');
      const runner = execFileSync('ps', ['-o', 'ppid=', '-p', node.read('leader').trim()], {
        encoding: 'utf8',
      }).trim();
      process.kill(Number(runner), 'SIGKILL');
      proxy.refusing = false;
      assert.equal((await running).end.kind, 'died');
      node.release('go');
    });

    it('for good, gives up after connectMs with what is known', async () => {
      const running = node.run('r1', `: > "$T/held"; ${untilReleased('go')}`, { connectMs: 500 });
      await node.reached('held');
      proxy.refusing = true;
      assert.equal(proxy.cut(), 1, 'the phase was not reached');
      await assert.rejects(
        running,
        (error: unknown) =>
          error instanceof RemoteFailure &&
          error.phase === 'connect' &&
          error.node === node.session.target.name,
      );
      node.release('go');
    });
  });

  describe("the node's lock", () => {
    it('makes a second run wait, and says for whom', async () => {
      const first = node.run('first', `: > "$T/held"; ${untilReleased('go')}; echo first`);
      await node.reached('held');
      const other = new ProgramNode(daemon, node.session.target.name);
      const second = other.run('second', 'echo second');
      await other.until('word of the wait', () =>
        other.events.some((event) => event.event === 'waiting' && event.run === 'first'),
      );
      node.release('go');
      await Promise.all([first, second]);
      assert.deepEqual([node.said(), other.said()], [['first'], ['second']]);
      await other.close();
    });

    it('is waited for until the deadline, which then names its holder; the late run never begins', async () => {
      const first = node.run('first', `: > "$T/held"; ${untilReleased('go')}`);
      await node.reached('held');
      const other = new ProgramNode(daemon, node.session.target.name);
      await assert.rejects(
        other.run('second', 'echo x > "$T/ran"', { deadlineMs: 1000 }),
        (error: unknown) =>
          error instanceof RemoteFailure &&
          error.phase === 'deadline' &&
          error.message.includes('waiting for run first'),
      );
      node.release('go');
      await first;
      assert.deepEqual((await other.run('third', ': ')).end, exited());
      assert.equal(node.read('ran'), '');
      await other.close();
    });

    it('of a dead run is free', async () => {
      const running = node.run('first', `echo "$PPID" > "$T/leader"; ${untilReleased('go')}`);
      await node.until('the leader', () => node.read('leader') !== '');
      const runner = execFileSync('ps', ['-o', 'ppid=', '-p', node.read('leader').trim()], {
        encoding: 'utf8',
      }).trim();
      process.kill(Number(runner), 'SIGKILL');
      assert.deepEqual((await running).end, { kind: 'died' });
      assert.deepEqual((await node.run('second', ':')).end, exited());
      node.release('go');
    });

    it('is not kept by a process that the program leaves behind', async () => {
      await node.run('first', 'setsid sleep 15 > /dev/null 2>&1 &');
      assert.deepEqual((await node.run('second', ':')).end, exited());
    });

    it("a stale lock file stands in nobody's way", async () => {
      mkdirSync(runsDir(), { recursive: true });
      execFileSync('sh', ['-c', `echo long-gone > "${node.stateDir}/lock"`]);
      assert.deepEqual((await node.run('r1', ':')).end, exited());
    });
  });

  describe('the generation fence', () => {
    const generation = (): string => node.read('state/generation').trim();

    it('takes a newer one, repeats an equal one, refuses an older one', async () => {
      await node.run('r1', 'echo a', { generation: 41 });
      await node.run('r2', 'echo b', { generation: 42 });
      await node.run('r3', 'echo c', { generation: 42 });
      assert.deepEqual((await node.run('r4', 'echo d', { generation: 41 })).end, {
        kind: 'refused',
        have: 42,
        wanted: 41,
      });
      assert.deepEqual([node.said(), generation()], [['a', 'b', 'c'], '42']);
    });

    it('refuses again what it has refused', async () => {
      await node.run('r1', ':', { generation: 42 });
      await node.run('r2', 'echo x', { generation: 41 });
      assert.equal((await node.run('r2', 'echo x', { generation: 41 })).end.kind, 'refused');
      assert.deepEqual(node.said(), []);
    });

    it('decides under the lock: older work that waits for newer is refused', async () => {
      const newer = node.run('newer', `: > "$T/held"; ${untilReleased('go')}`, { generation: 42 });
      await node.reached('held');
      const other = new ProgramNode(daemon, node.session.target.name);
      const older = other.run('older', 'echo x', { generation: 41 });
      await other.until('word of the wait', () => other.events.some((event) => event.event === 'waiting'));
      node.release('go');
      assert.equal((await older).end.kind, 'refused');
      await newer;
      await other.close();
    });

    it('a why-run takes no generation, and is refused when it is older', async () => {
      await node.run('r1', ':', { generation: 41 });
      await node.run('r2', 'echo why', { generation: 42, whyRun: true });
      assert.equal(generation(), '41');
      assert.equal((await node.run('r3', 'echo why', { generation: 40, whyRun: true })).end.kind, 'refused');
      assert.deepEqual(node.said(), ['why']);
    });
  });

  describe('given up', () => {
    const endless = `: > "$T/held"; ${untilReleased('go')}; echo x > "$T/late"`;

    /** The next run gets the lock only when the stopped one has ended. */
    async function assertStopped(): Promise<void> {
      await node.run('next', ':');
      node.release('go');
      assert.equal(node.read('late'), '', 'the program went on');
    }

    it('at the deadline, it is stopped on the node and the lock is free', async () => {
      await assert.rejects(
        node.run('r1', endless, { deadlineMs: 1500 }),
        (error: unknown) => error instanceof RemoteFailure && error.phase === 'deadline',
      );
      await node.reached('held');
      await assertStopped();
    });

    it('by its signal, likewise, with the reason as cause', async () => {
      const cancel = new AbortController();
      const running = node.run('r1', endless, { signal: cancel.signal });
      await node.reached('held');
      const reason = new Error('enough');
      cancel.abort(reason);
      await assert.rejects(
        running,
        (error: unknown) =>
          error instanceof RemoteFailure && error.phase === 'cancelled' && error.cause === reason,
      );
      await assertStopped();
    });

    it('ends on the node by its own time limit, without the controller', async () => {
      const running = node.run('r1', `: > "$T/held"; ${untilReleased('never')}`, { deadlineMs: 1000 });
      await node.reached('held');
      proxy.refusing = true;
      proxy.cut();
      await assert.rejects(running);
      await node.until('the run to end', () => runFiles('.sh').length === 0);
    });
  });

  it('keeps the last runs and removes the older', async () => {
    mkdirSync(runsDir(), { recursive: true });
    for (let n = 1; n <= 30; n += 1) {
      for (const suffix of ['report', 'log', 'begun'])
        writeFileSync(join(runsDir(), `old${n}.${suffix}`), '');
      utimesSync(join(runsDir(), `old${n}.report`), 1000 + n, 1000 + n);
    }
    await node.run('newest', ':');
    await node.until('the removal', () => runFiles('.report').length === 20);
    const expected = ['newest', ...Array.from({ length: 19 }, (_, n) => `old${n + 12}`)].sort();
    for (const suffix of ['.report', '.log', '.begun'])
      assert.deepEqual(
        runFiles(suffix).sort(),
        expected.map((name) => name + suffix),
      );
  });

  it('says so when the node cannot take the program', async () => {
    node.sudo = ['sh', '-c', 'trap "" XFSZ; ulimit -f 8; exec "$@"', 'small-disk'];
    await assert.rejects(node.run('r1', `: '${'x'.repeat(100_000)}'`), /cannot write to its state directory/);
    node.sudo = ['sh', '-c', 'echo "a password is required" >&2; exit 1', 'sudo'];
    await assert.rejects(node.run('r2', ':'), /a password is required/);
    assert.equal(existsSync(node.path('ran')), false);
  });

  it('refuses a run id that could name another file', async () => {
    await assert.rejects(node.run('../evil', ':'), TypeError);
  });

  it('leaves no process behind', async () => {
    await node.run('leftover', 'true');
    const processes = (): string => execFileSync('ps', ['-eo', 'args='], { encoding: 'utf8' });
    await node.until("the run's processes to end", () => !processes().includes(node.stateDir));
  });
});
