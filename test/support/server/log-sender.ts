import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { guestSettings, senderSettings } from '../../../cookbooks/deis/definitions/log-sender.js';
import type { LogAuthority } from '../../../server/log/log-authority.js';

const env = { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin` };

export interface SenderOptions {
  readonly authority: LogAuthority;
  readonly port: number;
  /** Of the formation. */
  readonly key: string;
  readonly node?: string;
  /** Those that live on the formation's nodes: name -> key. */
  readonly guests?: Readonly<Record<string, string>>;
}

/** A real rsyslogd with a node's settings, and a folder that looks like Docker's. */
export class LogSender {
  #child: ChildProcess | undefined;

  private constructor(readonly folder: string) {}

  static async start(options: SenderOptions): Promise<LogSender> {
    const { authority, port, key, node = 'app-runtime-1', guests = {} } = options;
    const folder = await mkdtemp(join(tmpdir(), 'deis-log-sender-'));
    const sender = new LogSender(folder);
    for (const name of ['containers', 'spool', 'guests']) await mkdir(join(folder, name));
    const own = await authority.ofNode({ id: node, createdAt: new Date() });
    const files = {
      'authority.pem': authority.certificate,
      'node.pem': own.certificate,
      'node.key': own.key.reveal(),
      'rsyslog.conf': senderSettings({
        node,
        host: '127.0.0.1',
        port,
        key,
        containers: join(folder, 'containers'),
        folder,
        spool: join(folder, 'spool'),
        ...(Object.keys(guests).length === 0 ? {} : { guests: join(folder, 'guests') }),
      }),
      ...Object.fromEntries(
        Object.entries(guests).map(([formation, guestKey]) => [
          `guests/${formation}.conf`,
          guestSettings({ formation, key: guestKey }),
        ]),
      ),
    };
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
    sender.run();
    return sender;
  }

  run(): void {
    const child = spawn('rsyslogd', ['-n', '-iNONE', '-f', join(this.folder, 'rsyslog.conf')], {
      stdio: 'ignore',
      env,
    });
    child.once('error', () => undefined);
    this.#child = child;
  }

  /** Until `run`, without a word to anybody when `signal` is SIGKILL. */
  async halt(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit', { signal: AbortSignal.timeout(20_000) });
    child.kill(signal);
    await ended;
  }

  /**
   * What Docker writes of one line, or part of one. `id` as of a container: hexadecimal digits.
   * @returns bytes of the file
   */
  async write(id: string, ...lines: readonly DockerLine[]): Promise<number> {
    const own = join(this.folder, 'containers', id);
    await mkdir(own, { recursive: true });
    const text = lines.map(({ log, stream = 'stdout', tag = 'deis/web.1/v3', formation, time }) => {
      const attrs = formation === undefined ? { tag } : { 'deis.formation': formation, tag };
      return JSON.stringify({ log, stream, attrs, time });
    });
    const file = join(own, `${id}-json.log`);
    await appendFile(file, text.map((line) => `${line}\n`).join(''));
    return (await stat(file)).size;
  }

  /** As Docker does when a file is full: three are kept, the newest without a number. */
  async rotate(id: string): Promise<void> {
    const file = join(this.folder, 'containers', id, `${id}-json.log`);
    await rename(`${file}.1`, `${file}.2`).catch(() => undefined);
    await rename(file, `${file}.1`);
    await writeFile(file, '');
  }

  /** As Docker does when a container is removed. */
  async remove(id: string): Promise<void> {
    await rm(join(this.folder, 'containers', id), { recursive: true });
  }

  async settings(): Promise<string> {
    return readFile(join(this.folder, 'rsyslog.conf'), 'utf8');
  }

  async close(): Promise<void> {
    await this.halt('SIGKILL');
    await rm(this.folder, { recursive: true, force: true });
  }
}

export interface DockerLine {
  /** With its newline, unless more of it comes. */
  readonly log: string;
  readonly stream?: 'stdout' | 'stderr';
  readonly tag?: string;
  /** Of a guest's container: its name. */
  readonly formation?: string;
  /** RFC 3339. */
  readonly time: string;
}

/** The nth line of a container: each has a time of its own. */
export function dockerLine(n: number, log = `line ${n}\n`): DockerLine {
  return { log, time: `2026-11-29T10:00:00.${String(n).padStart(9, '0')}Z` };
}
