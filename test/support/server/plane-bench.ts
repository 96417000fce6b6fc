import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { parse, stringify } from 'yaml';
import { prepareMachine, sweep } from '../nodes/docker-machine.js';
import { newInstance, startNode, type StartedNode } from '../nodes/docker-node.js';
import { projectRoot } from '../source/source-imports.js';
import { controllerProgram } from './controller-process.js';
import { examplePlanes } from './sample-planes.js';

interface Example {
  readonly controllers: readonly { readonly host: string }[];
  readonly proxy: { readonly host: string };
}

/** What takes the place of an example's own. */
export interface PlaneChanges {
  readonly settings?: Readonly<Record<string, string>>;
  /** Where backups go. Default: a folder. */
  readonly backupTo?: string;
}

/** Milliseconds of one command; a machine with other work takes several minutes for a first apply. */
const commandMs = 1_100_000;

/** An operator with `deis-controller install` and a file planes.yaml, and hosts that have nothing of it yet. */
export class PlaneBench {
  readonly place = mkdtempSync(join(tmpdir(), 'deis-planes-'));
  readonly #instance = newInstance();

  at(name: string): string {
    return join(this.place, name);
  }

  async prepare(): Promise<void> {
    await prepareMachine();
    mkdirSync(this.at('bin'));
    const program = `#!/bin/sh\nexec "${process.execPath}" "${controllerProgram}" "$@"\n`;
    writeFileSync(this.at('controller.sh'), program, { mode: 0o755 });
    symlinkSync(this.at('controller.sh'), this.at('bin/deis-controller'));
  }

  async remove(): Promise<void> {
    await sweep(this.#instance);
    rmSync(this.place, { recursive: true, force: true });
  }

  /** What was assembled of these sources once is not assembled again. */
  env(): Record<string, string> {
    return {
      XDG_CACHE_HOME: join(projectRoot, 'node_modules', '.cache'),
      PATH: `${this.at('bin')}:${process.env['PATH'] ?? ''}`,
    };
  }

  startHost(num: number): Promise<StartedNode> {
    return startNode({ formation: 'plane', num, instance: this.#instance });
  }

  /** One key for all: nodes are launched with keys of their own. */
  async letIn(hosts: readonly StartedNode[]): Promise<void> {
    const last = hosts.at(-1)!;
    const key = (await last.sh('cat /home/deis/.ssh/authorized_keys')).trim();
    for (const host of hosts) await host.sh(`echo '${key}' >>/home/deis/.ssh/authorized_keys`);
  }

  /** Writes an example, with these hosts in the place of its own, to planes.yaml. */
  async writePlanes(
    example: string,
    hosts: Readonly<Record<string, StartedNode>>,
    { settings = {}, backupTo = '/var/backups/deis' }: PlaneChanges = {},
  ): Promise<void> {
    const whole = parse(examplePlanes(example)) as Example;
    const described: Record<string, object> = {};
    for (const [name, host] of Object.entries(hosts)) {
      writeFileSync(this.at('key'), host.ssh.privateKey.reveal(), { mode: 0o600 });
      const [, fingerprint] = (await host.sh('ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub')).split(' ');
      described[name] = { address: host.address, host_key: fingerprint };
    }
    const made = await this.controller(['backup', 'key', this.at(`${example}-${Date.now()}.key`)]);
    const file = {
      ...whole,
      public_url: `https://${hosts[whole.proxy.host]!.address}`,
      ssh_key: 'key',
      hosts: described,
      // Images of builds take a minute of a mirror, and are not what this is about.
      controllers: whole.controllers.map((controller) => ({ ...controller, build_images: false })),
      proxy: { ...whole.proxy, tls: { self_signed: true } },
      backups: { to: backupTo, recipients: [made.stdout.trim()] },
      settings: { DEIS_PROVIDERS: 'static', ...settings },
    };
    writeFileSync(this.at('planes.yaml'), stringify(file));
  }

  /** What is in planes.yaml. */
  read<T>(): T {
    return parse(readFileSync(this.at('planes.yaml'), 'utf8')) as T;
  }

  async controller(
    args: readonly string[],
    expect = 0,
  ): Promise<{ readonly stdout: string; readonly all: string }> {
    const ended = await execa(process.execPath, [controllerProgram, ...args], {
      cwd: this.place,
      env: this.env(),
      all: true,
      reject: false,
      timeout: commandMs,
    });
    assert.equal(ended.exitCode, expect, ended.all);
    return ended;
  }

  async apply(expect = 0): Promise<string> {
    return (await this.controller(['install', '--apply', 'planes.yaml'], expect)).all;
  }

  /** A request that trusts the front's own certificate alone. @returns its status */
  async ask(front: StartedNode, path: string): Promise<number | undefined> {
    const ca = await front.sh('cat /etc/deis-front/tls.crt');
    return new Promise((resolve, reject) => {
      const options = { ca, agent: false, timeout: 10_000 };
      const asked = request(`https://${front.address}${path}`, options, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      asked
        .on('error', reject)
        .on('timeout', () => asked.destroy(new Error('no answer in 10 s')))
        .end();
    });
  }

  async deis(front: StartedNode, ...args: string[]): Promise<string> {
    writeFileSync(this.at('ca.pem'), await front.sh('cat /etc/deis-front/tls.crt'));
    const { all } = await execa(process.execPath, [join(projectRoot, 'bin', 'deis.js'), ...args], {
      cwd: this.place,
      env: { ...this.env(), HOME: this.place, NODE_EXTRA_CA_CERTS: this.at('ca.pem') },
      all: true,
      timeout: 60_000,
      stdin: 'ignore',
    });
    return all;
  }

  /** @param ofLogs hosts of APIs: the log of one of them has the setup code */
  async registerAndLogin(front: StartedNode, ofLogs: readonly StartedNode[]): Promise<void> {
    const read = 'journalctl --no-pager --output cat --unit deis-controller --grep setupCode || true';
    const log = (await Promise.all(ofLogs.map((host) => host.sh(read)))).join('');
    const code = /"setupCode":"([^"]+)"/.exec(log)?.[1] ?? assert.fail(log);
    const url = `https://${front.address}`;
    const who = ['--username=ada', '--password=correct horse battery'];
    const more = ['--email=ada@example.com', `--code=${code}`, '--known-hosts=no'];
    await this.deis(front, 'register', url, ...who, ...more);
    assert.match(await this.deis(front, 'login', url, ...who, '--known-hosts=no'), /ada/);
    assert.match(await this.deis(front, 'users'), /ada/);
  }

  /** Git's answer at a host's port. */
  async gitBanner({ address }: StartedNode): Promise<string> {
    return (await execa('sh', ['-c', `ssh-keyscan -T 5 -p 2222 ${address} 2>&1`])).stdout;
  }
}
