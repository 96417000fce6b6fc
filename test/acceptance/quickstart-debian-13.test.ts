import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { sweep } from '../support/nodes/docker-machine.js';
import { newInstance, startNode, type StartedNode } from '../support/nodes/docker-node.js';
import { projectRoot } from '../support/source/source-imports.js';

/**
 * docs/quickstart.md on a machine that runs Debian 13, images included (two minutes): a node of that suite, with a
 * Docker engine of its own.
 */
describe('the quickstart on Debian 13', function () {
  this.timeout(600_000);
  const instance = newInstance();
  let host: StartedNode;

  before(async () => {
    host = await startNode({ suite: 'trixie', formation: 'thirteen', instance });
    await copyIn(dirname(process.execPath), ['node'], '/usr/local/bin');
    const npm = realpathSync(execFileSync('sh', ['-c', 'command -v npm'], { encoding: 'utf8' }).trim());
    await copyIn(dirname(dirname(npm)), ['.'], '/usr/local/lib/npm');
    await host.sh('ln -s ../lib/npm/bin/npm-cli.js /usr/local/bin/npm');
    const parts = execFileSync('git', ['ls-files'], { cwd: projectRoot, encoding: 'utf8' })
      .trim()
      .split('\n');
    await copyIn(projectRoot, [...parts, 'node_modules', 'dist'], '/root/deis');
  });

  after(() => sweep(instance));

  async function copyIn(from: string, paths: readonly string[], to: string): Promise<void> {
    await host.sh(`mkdir -p ${to}`);
    const leave = ['--exclude=.cache', '--ignore-failed-read'];
    const reader = execa('tar', ['-C', from, ...leave, '-cf', '-', '-T', '-'], {
      input: paths.join('\n'),
      buffer: false,
      encoding: 'buffer',
    });
    await reader.pipe('docker', ['exec', '-i', host.container.id, 'tar', '-C', to, '-xf', '-']);
  }

  /** Runs the quickstart until its end or a line that is enough. @returns its lines */
  async function quickstart(enough: RegExp): Promise<string[]> {
    const settings = ['-e', 'NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt', '-w', '/root/deis'];
    const run = execa(
      'docker',
      ['exec', ...settings, host.container.id, 'node', 'bin/quickstart.mjs', '--no-launcher'],
      { all: true, buffer: false, reject: false, stdin: 'ignore' },
    );
    const lines: string[] = [];
    for await (const line of createInterface({ input: run.all! })) {
      lines.push(line);
      if (enough.test(line)) break;
    }
    run.kill();
    await run;
    return lines;
  }

  it('accepts the machine, installs what it lacks, starts the controller and serves an app', async () => {
    const lines = (await quickstart(/^App is live: /)).join('\n');
    assert.doesNotMatch(lines, /not tried yet|Quickstart failed/);
    assert.match(lines, /installing git: the git endpoint and the push/);
    assert.match(lines, /started: http:\/\/127\.0\.0\.1:8000/);
    assert.match(lines, /installing the base of bookworm/);
    const url = /App is live: (http:\S+)/.exec(lines)?.[1];
    assert.ok(url !== undefined, lines);
    assert.match(await host.sh(`curl -s ${url}`), /Hello from Deis, release v1/);
  });
});
