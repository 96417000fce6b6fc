import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import pg from 'pg';

const formsKnown = new Map<string, readonly string[]>();

/** A secret as it may be written: plain, in Base64, in hexadecimal digits. */
export function formsOf(secret: string): readonly string[] {
  const known = formsKnown.get(secret);
  if (known !== undefined) return known;
  const bytes = Buffer.from(secret);
  const forms = [secret, bytes.toString('base64').replace(/=+$/, ''), bytes.toString('hex')];
  formsKnown.set(secret, forms);
  return forms;
}

/** Names of the secrets that a text holds in any form. */
export function secretsIn(text: string, secrets: Readonly<Record<string, string>>): string[] {
  return Object.entries(secrets)
    .filter(([, value]) => formsOf(value).some((form) => text.includes(form)))
    .map(([name]) => name);
}

/** Every row of every table as text, after its table's name. */
export async function everyRow(databaseUrl: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `select table_name as name from information_schema.tables where table_schema = 'public' and ` +
        `table_type = 'BASE TABLE'`,
    );
    const rows: string[] = [];
    for (const { name } of tables) {
      const found = await client.query<{ text: string }>(
        `select '${name} ' || t::text as text from "${name}" t`,
      );
      rows.push(...found.rows.map(({ text }) => text));
    }
    return rows;
  } finally {
    await client.end();
  }
}

/**
 * Files below folders that hold a secret in plain text and that the user may read, in a node or (null) on
 * this host: `600 root /etc/x`.
 */
export async function filesHolding(
  secret: string,
  folders: readonly string[],
  container: string | null,
  user = 'root',
): Promise<string[]> {
  const script = `secret=$1; shift; grep -rlF -- "$secret" "$@" 2>/dev/null | xargs -r stat -c '%a %U %n'`;
  const shell = ['sh', '-c', script, 'sh', secret, ...folders];
  const [file = '', ...args] =
    container === null ? shell : ['docker', 'exec', '--user', user, container, ...shell];
  const { stdout } = await execa(file, args, { reject: false });
  return stdout.split('\n').filter(Boolean);
}

/** Watches the command lines of all processes of this machine, those in its containers too, for secrets. */
export class CommandLineWatch {
  /** `secret name: command line`, without our own. */
  readonly found = new Set<string>();
  looks = 0;
  /** Process -> the line that was searched: one that goes on with it is searched again for new secrets alone. */
  #searched = new Map<string, string>();
  #count = 0;
  #isOver = false;
  readonly #done: Promise<void>;

  constructor(private readonly secrets: Readonly<Record<string, string>>) {
    this.#done = this.#watch();
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#done;
  }

  async #watch(): Promise<void> {
    while (!this.#isOver) {
      this.looks += 1;
      const count = Object.keys(this.secrets).length;
      if (count !== this.#count) this.#searched.clear();
      this.#count = count;
      const lines = new Map<string, string>();
      for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
        const line = this.#look(pid);
        if (line !== undefined) lines.set(pid, line);
      }
      this.#searched = lines;
      await delay(20);
    }
  }

  /** Searches the line of a process, and answers it; undefined where that has ended. */
  #look(pid: string): string | undefined {
    let line: string;
    try {
      line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    } catch {
      return undefined;
    }
    if (this.#searched.get(pid) === line) return line;
    for (const name of secretsIn(line, this.secrets)) this.found.add(`${name}: ${line.slice(0, 300)}`);
    return line;
  }
}
