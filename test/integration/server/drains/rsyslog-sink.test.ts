import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { waitUntil } from '../../../../base/wait-until.js';
import { SyslogSink } from '../../../../server/drains/syslog-sink.js';

const token = 'd.73ea7440-270a-435a-a0ea-adf50b4e5f5a';
const settings = (folder: string): string => `
module(load="imtcp")
template(name="parts" type="list") {
  property(name="jsonmesg")
  constant(value="\\n")
}
input(type="imtcp" address="127.0.0.1" port="0" listenPortFileName="${folder}/port")
action(type="omfile" file="${folder}/taken" template="parts")
`;

/** The receiver that most have, with its defaults. */
describe('rsyslog as a sink', function () {
  this.timeout(30_000);
  let folder: string;
  let child: ChildProcess;
  const read = async (name: string): Promise<string> => readFile(join(folder, name), 'utf8').catch(() => '');

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'deis-rsyslog-sink-'));
    await writeFile(join(folder, 'rsyslog.conf'), settings(folder));
    const env = { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin` };
    child = spawn('rsyslogd', ['-n', '-iNONE', '-f', join(folder, 'rsyslog.conf')], { stdio: 'ignore', env });
  });
  after(async () => {
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit', { signal: AbortSignal.timeout(20_000) });
      child.kill();
      await ended;
    }
    await rm(folder, { recursive: true, force: true });
  });

  it('reads every message whole, with all of its parts, and says that it has them', async () => {
    const port = await waitUntil(async () => Number(await read('port')) || undefined, {
      deadlineMs: 10_000,
      intervalMs: 20,
      what: 'the port of rsyslogd',
    });
    const target = { type: 'syslog', host: '127.0.0.1', port, path: '', credentials: undefined } as const;
    const sink = new SyslogSink(target, token, {
      secureContext: createSecureContext(),
      allows: () => true,
      silenceMs: 5_000,
      now: () => new Date(),
    });
    const line = {
      at: '2026-11-29T10:00:00.123456789Z',
      formation: 'peachy-waxworks',
      source: 'app',
      process: 'web.1',
      stream: 'stderr',
      release: 'v3',
      node: 'app-runtime-1',
    } as const;
    const long = '€'.repeat(5_000);
    const texts = ['hello', '', 'with 10 <14>1 and "]\\ in it', long];
    await sink.send(
      texts.map((text) => ({ ...line, text })),
      AbortSignal.timeout(10_000),
    );
    const taken = await waitUntil(
      async () => {
        const lines = (await read('taken')).split('\n').filter(Boolean);
        return lines.length >= texts.length + 1 ? lines : undefined;
      },
      { deadlineMs: 10_000, intervalMs: 20, what: 'messages of rsyslogd' },
    );
    const seen = taken.map((each) => JSON.parse(each) as Record<string, string>);
    const messages = seen.map(({ msg }) => msg!.replace(/^ /, ''));
    assert.deepEqual([...messages.slice(0, 3), messages.slice(3).join('')], texts);
    const { hostname, procid, msgid, ...first } = seen[0]!;
    assert.deepEqual(
      [hostname, first['app-name'], procid, msgid],
      ['app-runtime-1', 'peachy-waxworks', 'web.1', 'v3'],
    );
    assert.equal(first['pri'], '11');
    assert.equal(first['structured-data'], `[deis@32473 drain="${token}"]`);
  });
});
