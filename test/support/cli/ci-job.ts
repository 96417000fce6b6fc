import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { execa } from 'execa';
import { pageCommands } from '../source/page-commands.js';
import { projectRoot } from '../source/source-imports.js';

/** A job of a CI system: the real deis, git and ssh, a checkout, no login and no key, a token in the environment. */
export class CiJob {
  readonly #app: string;

  constructor(
    private readonly home: string,
    private readonly access: { readonly url: string; readonly token: string },
  ) {
    this.#app = join(home, 'app');
    mkdirSync(join(home, '.ssh'), { recursive: true, mode: 0o700 });
    mkdirSync(join(home, 'bin'));
    // ssh reads the home of its user, whatever HOME says.
    this.#program('ssh', `/usr/bin/ssh -F /dev/null -o UserKnownHostsFile='${home}/.ssh/known_hosts'`);
    this.#program('deis', `'${process.execPath}' '${join(projectRoot, 'bin', 'deis.js')}'`);
  }

  /** Checks the repository out anew. */
  async clone(repository: string, options: readonly string[]): Promise<void> {
    rmSync(this.#app, { recursive: true, force: true });
    const url = pathToFileURL(repository).href;
    await execa('git', ['clone', '-q', ...options, url, this.#app], { timeout: 60_000 });
  }

  /**
   * Runs the commands of a section of docs/ci.md for a formation; `deis` is installed already. Resolves to all
   * that they print. @param change of a line, before it runs. @throws when one fails
   */
  async follow(
    heading: string,
    formation: string,
    change: (line: string) => string = (line) => line,
  ): Promise<string> {
    const commands = pageCommands('ci.md', heading)
      .split('\n')
      .filter((line) => !line.startsWith('npm install '))
      .map(change)
      .map((line) => line.replace('peachy-waxworks', formation))
      .map((line) => line.replace('https://deis.example.com', this.access.url))
      .join('\n');
    const { all } = await execa('sh', ['-eux', '-c', commands], {
      cwd: this.#app,
      env: {
        HOME: this.home,
        PATH: `${join(this.home, 'bin')}:/usr/bin:/bin`,
        GIT_CONFIG_GLOBAL: '/dev/null',
        DEIS_TOKEN: this.access.token,
      },
      extendEnv: false,
      all: true,
      timeout: 100_000,
    });
    return all;
  }

  #program(name: string, command: string): void {
    const path = join(this.home, 'bin', name);
    writeFileSync(path, `#!/bin/sh\nexec ${command} "$@"\n`);
    chmodSync(path, 0o755);
  }
}
