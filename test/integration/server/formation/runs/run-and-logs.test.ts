import assert from 'node:assert/strict';
import { Conflict, RemoteFailure } from '../../../../../base/errors.js';
import {
  RecordingTransport,
  type RecordingScript,
} from '../../../../../provisioner/ssh/recording-transport.js';
import { changeConfig } from '../../../../../server/formation/releases/change-config.js';
import type { LogLine } from '../../../../../provisioner/node-commands/log-line-reader.js';
import { enterOver } from '../../../../../provisioner/node-commands/node-commands.js';
import { sshLogReader } from '../../../../../server/formation/logs/ssh-log-reader.js';
import { collectRuns, maxKeptRuns } from '../../../../../server/formation/runs/collect-runs.js';
import { runCommand, runDetached } from '../../../../../server/formation/runs/run-command.js';
import type { RunRecord } from '../../../../../server/store/app/run-store.js';
import type { RunOutput } from '../../../../../server/formation/runs/run-output.js';
import { enterPaperNode } from '../../../../../provisioner/paper/paper-node.js';
import { FormationHarness } from '../../../../support/server/formation-harness.js';

describe('run and logs', function () {
  this.timeout(20_000);
  let h: FormationHarness;

  before(async () => {
    h = await FormationHarness.create();
    await h.scaleLayers({ runtime: 2 });
    await h.end((await changeConfig(h.parts, h.user, h.formation, { TOKEN: 'sentinel value' })).id);
    await h.push();
    await h.scale({ web: 2 });
  });

  after(() => h.close());

  const record = (script: RecordingScript) => {
    const transport = new RecordingTransport(script);
    const parts = { ...h.parts, enterNode: enterOver(transport) };
    return { transport, parts: { ...parts, logs: sshLogReader(parts) } };
  };
  const lost = (node: string): RemoteFailure =>
    new RemoteFailure(`${node}: the connection was lost`, { node, phase: 'lost' });

  describe('runCommand', () => {
    const run = async (script: RecordingScript, signal = new AbortController().signal) => {
      const { transport, parts } = record(script);
      const output: RunOutput[] = [];
      const code = await runCommand(
        parts,
        h.formation,
        { user: h.user, command: 'echo hi' },
        (each) => output.push(each),
        signal,
      ).catch((error: unknown) => error);
      return { code, output, execs: transport.execs };
    };

    it('streams output and gives the exit code, the config being in no argument', async () => {
      const { code, output, execs } = await run({
        onExec: () => ({ exitCode: 3, stdout: 'hi ü\n', stderr: 'oh\n' }),
      });
      assert.equal(code, 3);
      assert.deepEqual(output, [
        { stream: 'stdout', text: 'hi ü\n' },
        { stream: 'stderr', text: 'oh\n' },
      ]);
      assert.deepEqual(
        execs.map(({ command }) => command.join(' ')),
        ['sudo -n sh'],
      );
      assert.match(execs[0]!.stdin.reveal(), /sentinel value/);
    });

    it('runs the command of a process type by its name, and anything else as it is', async () => {
      const scripts: string[] = [];
      for (const command of ['web', 'web --help']) {
        const { transport, parts } = record({ onExec: () => ({}) });
        await runCommand(
          parts,
          h.formation,
          { user: h.user, command },
          () => undefined,
          new AbortController().signal,
        );
        scripts.push(transport.execs[0]!.stdin.reveal());
      }
      const [{ procfile } = assert.fail('no build')] = await h.parts.stores.builds.ofFormation(
        h.formation.id,
      );
      assert.ok(scripts[0]!.includes(JSON.stringify(procfile['web'])), scripts[0]);
      assert.ok(scripts[1]!.includes('"web --help"'));
    });

    it('removes the container over another connection when the first is lost', async () => {
      const { code, execs } = await run({
        onExec: ({ command, node }) => (command.includes('sh') ? lost(node) : {}),
      });
      assert.ok(code instanceof RemoteFailure);
      assert.match(execs[1]!.command.join(' '), /^sudo -n docker rm -fv app-run-[0-9a-f]{8}$/);
    });

    it('removes the container when the client has gone', async () => {
      const client = new AbortController();
      const { code, execs } = await run(
        {
          onExec: ({ command, node }) =>
            command.includes('sh')
              ? (client.abort(), new RemoteFailure('cancelled', { node, phase: 'cancelled' }))
              : {},
        },
        client.signal,
      );
      assert.ok(code instanceof RemoteFailure);
      assert.match(execs[1]!.command.join(' '), /docker rm -fv/);
    });

    it('tells what is missing before anything is deployed, and when nothing runs', async () => {
      const empty = await FormationHarness.create();
      try {
        const never = new AbortController().signal;
        await assert.rejects(
          runCommand(
            empty.parts,
            empty.formation,
            { user: empty.user, command: 'x' },
            () => undefined,
            never,
          ),
          Conflict,
        );
        await empty.scaleLayers({ runtime: 1 });
        await empty.push();
        await empty.scale({ web: 0 });
        await assert.rejects(
          runCommand(
            empty.parts,
            empty.formation,
            { user: empty.user, command: 'x' },
            () => undefined,
            never,
          ),
          Conflict,
        );
      } finally {
        await empty.close();
      }
    });
  });

  describe('collectRuns', () => {
    const request = () => ({ user: h.user, command: 'sleep 1d' });
    const states = async () =>
      (await h.stores.runs.pageOfFormation(h.formation.id, { limit: 1 })).items.map(
        ({ exitCode, finishedAt }) => [exitCode, finishedAt !== null],
      )[0];

    it('removes what a killed controller has left, once its node answers, and nothing else', async () => {
      const { num } = await runDetached(record({}).parts, h.formation, request());
      const lookedAfter = record({ onExec: () => ({ stdout: 'running 0 0001-01-01T00:00:00Z\n' }) });
      await h.database.database('runs').where({ num }).update({ detached: false });
      await collectRuns(lookedAfter.parts);
      assert.deepEqual(lookedAfter.transport.execs, []);
      await h.database
        .database('runs')
        .where({ num })
        .update({ seen_at: new Date(0) });
      await collectRuns(record({ onConnect: ({ name }) => lost(name) }).parts);
      assert.deepEqual(await states(), [null, false]);
      const { transport, parts } = record({});
      await collectRuns(parts);
      assert.match(
        transport.execs.map(({ command }) => command.join(' ')).join('\n'),
        /^sudo -n docker rm -fv app-run-[0-9a-f]{8}$/,
      );
      assert.deepEqual(await states(), [null, true]);
    });

    it('notes how a detached one ended, and keeps its container a while', async () => {
      await runDetached(record({}).parts, h.formation, request());
      const exited = (at: string) =>
        record({ onExec: ({ command }) => ({ stdout: command.includes('rm') ? '' : `exited 3 ${at}\n` }) });
      await collectRuns(record({ onExec: () => ({ stdout: 'running 0 0001-01-01T00:00:00Z\n' }) }).parts);
      assert.deepEqual(await states(), [null, false]);
      await collectRuns(exited(h.now.toISOString()).parts);
      assert.deepEqual(await states(), [3, false]);
      await collectRuns(exited('2020-01-01T00:00:00.123456789Z').parts);
      assert.deepEqual(await states(), [3, true]);
    });

    it('keeps the newest that have ended, and reaches each node once, whatever one container does', async () => {
      const before = await h.stores.runs.detached();
      for (const { id } of before) await h.stores.runs.finish(id, 0);
      const records: RunRecord[] = [];
      for (let n = 0; n < maxKeptRuns + 2; n += 1)
        records.push(await runDetached(record({}).parts, h.formation, request()));
      const endOf = new Map(
        records.map(({ container }, n) => [container, new Date(h.now.getTime() - n * 1000).toISOString()]),
      );
      const stuck = records.at(-1)!;
      const { transport, parts } = record({
        onExec: ({ command, stdin, node }) => {
          if (command.includes('rm') && command.includes(stuck.container))
            return new RemoteFailure('busy', { node, phase: 'exit', exitCode: 1 });
          const [name = ''] = /app-run-[0-9a-f]{8}/.exec(stdin.reveal()) ?? [];
          return { stdout: command.includes('rm') ? '' : `exited 0 ${endOf.get(name)}\n` };
        },
      });
      await collectRuns(parts);
      const left = await h.stores.runs.detached();
      assert.deepEqual(
        left.map(({ num }) => num),
        records.map(({ num }) => num).filter((num) => num !== records.at(-2)!.num),
      );
      const nodes = new Set(records.map(({ nodeId }) => nodeId)).size;
      assert.ok(transport.connects.length <= 2 * nodes, `${transport.connects.length} connections`);
      for (const { id } of left) await h.stores.runs.finish(id, 0);
    });

    it('writes no run down as ended that could not be started', async () => {
      const { parts, transport } = record({
        onExec: ({ command }) => (command.includes('sh') ? { exitCode: 125, stderr: 'no such image' } : {}),
      });
      await assert.rejects(runDetached(parts, h.formation, request()), /125/);
      assert.match(transport.execs[1]!.command.join(' '), /docker rm -fv/);
      assert.deepEqual(await states(), [null, true]);
    });
  });

  describe('the log reader over SSH', () => {
    const never = new AbortController().signal;
    const at = (second: number): string => `2026-01-01T00:00:0${second}.000000000Z`;

    it('merges the lines of all nodes by time', async () => {
      const { parts, transport } = record({
        onExec: ({ node }) => ({
          stdout:
            node === 'app-runtime-1'
              ? `web.1 1. ${at(1)} one\nweb.1 1. ${at(3)} three\n`
              : `web.2 2. ${at(2)} two\n`,
        }),
      });
      const lines = await parts.logs.read({ formation: h.formation, lines: 2 }, never);
      assert.deepEqual(lines, [
        '2026-01-01T00:00:02.000Z app[web.2]: two',
        '2026-01-01T00:00:03.000Z app[web.1]: three',
      ]);
      assert.match(
        transport.execs[0]!.stdin.reveal(),
        /^\{\nset -- '2' '' '' '' 'app-web\.[12]-v2-\d+' 'web\.[12]'\n/,
      );
    });

    it('names a node that cannot be asked, and shows the others', async () => {
      const { parts } = record({
        onConnect: ({ name }) => (name === 'app-runtime-2' ? lost(name) : undefined),
        onExec: () => ({ stdout: `web.1 1. ${at(1)} one\n` }),
      });
      const lines = await parts.logs.read({ formation: h.formation, lines: 10 }, never);
      assert.equal(lines.length, 2);
      assert.match(lines[1]!, /deis\[controller\]: no logs of app-runtime-2: .*lost/);
    });

    it('follows the nodes that there are, each line once, until nobody listens', async () => {
      const logs = ['web.1', 'web.2'].flatMap((container, index) =>
        [1, 3].map((second): LogLine => ({
          at: at(second + index),
          container,
          stream: 'stdout',
          text: `${second}`,
        })),
      );
      const parts = { ...h.parts, enterNode: async () => enterPaperNode({ logs }) };
      const [lines, listener]: [string[], AbortController] = [[], new AbortController()];
      const followed = sshLogReader(parts).follow(
        { formation: h.formation, lines: 10 },
        (line) => void (lines.push(line), lines.length === 4 && listener.abort()),
        listener.signal,
      );
      await followed.catch((error: unknown) => assert.ok(listener.signal.aborted, String(error)));
      assert.deepEqual(
        lines.map((line) => line.replace(/^.* app/, '')),
        ['[web.1]: 1', '[web.2]: 1', '[web.1]: 3', '[web.2]: 3'],
      );
    });
  });
});
