import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const env = { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin` };

/** Two rsyslogd that pass lines of files on to a file: over RELP without TLS, in rsyslog's own form. */
export class PeerLogs {
  readonly #running: ChildProcess[] = [];

  private constructor(readonly folder: string) {}

  static async start(folder: string, port: number): Promise<PeerLogs> {
    const peer = new PeerLogs(folder);
    for (const name of ['in', 'spool', 'work']) await mkdir(join(folder, name), { recursive: true });
    await peer.#run('server', [
      `global(workDirectory="${folder}/work" maxMessageSize="256k")`,
      'module(load="imrelp")',
      `input(type="imrelp" address="127.0.0.1" port="${port}" ruleset="kept" maxDataSize="256k")`,
      'template(name="line" type="string" string="%msg%\\n")',
      `ruleset(name="kept" queue.type="Direct") { action(type="omfile" file="${peer.kept}" template="line") }`,
    ]);
    await peer.#run('sender', [
      `global(workDirectory="${folder}/spool" maxMessageSize="256k")`,
      'module(load="imfile" mode="inotify")',
      'module(load="omrelp")',
      `input(type="imfile" file="${folder}/in/*.log" tag="bench" ruleset="send" freshStartTail="off")`,
      'ruleset(name="send") { action(type="omrelp" target="127.0.0.1" ' +
        `port="${port}" action.resumeRetryCount="-1" queue.type="LinkedList" queue.size="20000" ` +
        'queue.dequeueBatchSize="100" queue.filename="lines") }',
    ]);
    return peer;
  }

  /** Where lines arrive. */
  get kept(): string {
    return join(this.folder, 'kept.log');
  }

  get input(): string {
    return join(this.folder, 'in', 'app.log');
  }

  async close(): Promise<void> {
    for (const child of this.#running.filter(
      ({ exitCode, signalCode }) => exitCode === null && !signalCode,
    )) {
      const ended = once(child, 'exit', { signal: AbortSignal.timeout(10_000) });
      child.kill('SIGKILL');
      await ended;
    }
  }

  async #run(name: string, lines: readonly string[]): Promise<void> {
    const conf = join(this.folder, `${name}.conf`);
    await writeFile(conf, `${lines.join('\n')}\n`);
    this.#running.push(spawn('rsyslogd', ['-n', '-iNONE', '-f', conf], { stdio: 'ignore', env }));
  }
}
