import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { stringify } from 'yaml';
import type { StartedNode } from '../../test/support/nodes/docker-node.js';
import { ansibleTemplate, fileTexts, siteText } from './resources.js';

const runMs = 300_000;

/**
 * ansible-playbook on the same nodes, with the same keys; it keeps its SSH connections between runs, as it
 * does by default.
 */
export class Ansible {
  readonly #directory: string;

  private constructor(directory: string) {
    this.#directory = directory;
  }

  /** Debian's ansible-core is installed when it is not there. @throws Error when it cannot be */
  static async prepare(nodes: readonly StartedNode[], talk: (line: string) => void): Promise<Ansible> {
    if ((await execa('ansible-playbook', ['--version'], { reject: false })).failed) {
      talk('installing ansible-core');
      await execa('apt-get', ['install', '-y', '-q', '--no-install-recommends', 'ansible-core'], {
        env: { DEBIAN_FRONTEND: 'noninteractive' },
      });
    }
    const directory = await mkdtemp(join(tmpdir(), 'deis-bench-'));
    const path = (name: string): string => join(directory, name);
    await writeFile(
      path('known_hosts'),
      nodes.map(({ address, ssh }) => `${address} ${ssh.hostKeys[0]}\n`).join(''),
    );
    for (const { name, ssh } of nodes) await writeFile(path(name), ssh.privateKey.reveal(), { mode: 0o600 });
    const hosts = Object.fromEntries(
      nodes.map(({ name, address, ssh }) => [
        name,
        { ansible_host: address, ansible_user: ssh.username, ansible_ssh_private_key_file: path(name) },
      ]),
    );
    await writeFile(
      path('inventory.yml'),
      stringify({ all: { hosts, vars: { ansible_python_interpreter: '/usr/bin/python3' } } }),
    );
    await writeFile(path('bench.conf.j2'), ansibleTemplate);
    await writeFile(path('site.yml'), stringify(playbook()));
    return new Ansible(directory);
  }

  /**
   * Seconds of one run on all nodes. @throws Error when a task failed, or changed something where nothing was
   * to change
   */
  async run(
    colour: string,
    { pipelining, changes }: { readonly pipelining: boolean; readonly changes: boolean },
  ): Promise<number> {
    const env = {
      ANSIBLE_PIPELINING: String(pipelining),
      ANSIBLE_FORKS: '8',
      ANSIBLE_NOCOLOR: '1',
      ANSIBLE_SSH_ARGS:
        '-C -o ControlMaster=auto -o ControlPersist=60s -o ' +
        `UserKnownHostsFile=${join(this.#directory, 'known_hosts')}`,
      ANSIBLE_LOCAL_TEMP: join(this.#directory, 'tmp'),
    };
    const began = performance.now();
    const { stdout } = await execa(
      'ansible-playbook',
      ['-i', 'inventory.yml', '-e', `colour=${colour}`, 'site.yml'],
      { cwd: this.#directory, env, timeout: runMs },
    );
    const seconds = (performance.now() - began) / 1000;
    const changed = [...stdout.matchAll(/changed=(\d+)/g)].map(([, count]) => Number(count));
    if (changed.length === 0 || changed.some((count) => count > 0 !== changes))
      throw new Error(`Ansible changed ${changed.join(', ')} resources:\n${stdout.slice(-3000)}`);
    return seconds;
  }

  async dispose(): Promise<void> {
    await rm(this.#directory, { recursive: true, force: true });
  }
}

function playbook(): unknown {
  const owned = { owner: 'bench', group: 'bench' };
  const root = { owner: 'root', group: 'root' };
  const task = (
    module: string,
    args: Readonly<Record<string, unknown>>,
    more: Readonly<Record<string, unknown>> = {},
  ): unknown => ({
    name: `${module} ${String(args['name'] ?? args['path'] ?? args['dest'])}`,
    [`ansible.builtin.${module}`]: args,
    ...more,
  });
  const directory = (path: string, more: Readonly<Record<string, unknown>>): unknown =>
    task('file', { path, state: 'directory', ...more });
  return [
    {
      hosts: 'all',
      become: true,
      gather_facts: false,
      tasks: [
        ...['nginx', 'curl', 'sudo'].map((name) => task('apt', { name, state: 'present' })),
        task('user', {
          name: 'bench',
          home: '/srv/bench',
          shell: '/bin/sh',
          comment: 'Benchmark',
          create_home: false,
        }),
        directory('/srv/bench', { ...owned, mode: '0750' }),
        directory('/srv/bench/data', { ...owned, mode: '0755' }),
        directory('/etc/bench', { ...root, mode: '0755' }),
        task('copy', { dest: '/etc/bench/motd', content: fileTexts.motd, ...root, mode: '0644' }),
        task('copy', {
          dest: '/etc/bench/environment',
          content: fileTexts.environment,
          ...root,
          mode: '0600',
        }),
        task('template', {
          dest: '/etc/bench/bench.conf',
          src: 'bench.conf.j2',
          owner: 'bench',
          group: 'root',
          mode: '0644',
        }),
        task(
          'file',
          { path: '/etc/nginx/sites-enabled/default', state: 'absent' },
          { notify: 'reload nginx' },
        ),
        task(
          'copy',
          { dest: '/etc/nginx/sites-enabled/bench', content: siteText, ...root, mode: '0644' },
          { notify: 'reload nginx' },
        ),
        ...['nginx', 'ssh'].map((name) => task('systemd', { name, enabled: true, state: 'started' })),
      ],
      handlers: [task('systemd', { name: 'nginx', state: 'reloaded' }, { name: 'reload nginx' })],
    },
  ];
}
