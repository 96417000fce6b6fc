import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CliError, exitCodes } from '../terminal/errors.js';

/** Who this client is, and to which controller. */
export interface Profile {
  /** Base URL without a trailing slash. */
  readonly controller: string;
  readonly username: string;
  readonly token: string;
  /** `host:port` of the controller's git endpoint when last seen. */
  readonly git?: string;
}

/**
 * The client's state: `~/.deis/client.json`, or the file that DEIS_PROFILE names. Only its user can read it.
 */
export class ProfileStore {
  readonly path: string;

  constructor({ env, home }: { env: Readonly<Record<string, string | undefined>>; home: string }) {
    this.path = env['DEIS_PROFILE'] || join(home, '.deis', 'client.json');
  }

  /** Undefined when nobody is logged in. @throws CliError when the file is there and cannot be used. */
  async load(): Promise<Profile | undefined> {
    const text = await readFile(this.path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw new CliError(`cannot read ${this.path}: ${error.message}`, exitCodes.auth);
    });
    if (text === undefined) return undefined;
    const profile = parseProfile(text);
    if (profile === undefined)
      throw new CliError(`${this.path} is not a valid client profile`, exitCodes.auth, {
        details: ['remove it and log in again: deis login <controller>'],
      });
    return profile;
  }

  /** Replaces the file in one step, mode 0600 in a folder of mode 0700. */
  async save(profile: Profile): Promise<void> {
    await mkdir(dirname(this.path), { recursive: true, mode: 0o700 });
    const draft = `${this.path}.${process.pid}`;
    await writeFile(draft, `${JSON.stringify(profile, null, 2)}\n`, { mode: 0o600 });
    await rename(draft, this.path);
  }

  async remove(): Promise<void> {
    await rm(this.path, { force: true });
  }
}

function parseProfile(text: string): Profile | undefined {
  try {
    const { controller, username, token, git } = JSON.parse(text) as Record<string, unknown>;
    if (
      typeof controller !== 'string' ||
      typeof username !== 'string' ||
      typeof token !== 'string' ||
      !URL.canParse(controller)
    )
      return undefined;
    return { controller, username, token, ...(typeof git === 'string' ? { git } : {}) };
  } catch {
    return undefined;
  }
}
