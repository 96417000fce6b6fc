import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { execa } from 'execa';
import { ControllerProcess } from '../support/server/controller-process.js';
import { Developer, type CommandOutcome } from '../support/cli/developer.js';
import { prepareMachine } from '../support/nodes/docker-machine.js';
import { CommandLineWatch, everyRow, filesHolding, secretsIn } from '../support/source/secret-search.js';
import { projectRoot } from '../support/source/source-imports.js';

interface Command {
  readonly name: string;
  readonly usage: string;
}

const random = (what: string): string => `sentinel-${what}-${randomBytes(9).toString('hex')}`;

/** Commands that would end the test's own account or formation, or wait for a person. */
const apart = new Set([
  'auth:register',
  'auth:login',
  'auth:logout',
  'auth:cancel',
  'auth:regenerate',
  'auth:passwd',
  'formations:destroy',
  'formations:open',
  'formations:transfer',
  'formations:create',
  'config:edit',
  'cli:completion',
  'git:remote',
  'nodes:trust',
  'layers:destroy',
]);
/** Commands whose very purpose is to show a config value to somebody who may read it. */
const showsConfig = new Set([
  'config:list',
  'config:get',
  'config:pull',
  'formations:calculate',
  'layers:info',
  'layers:list',
  'layers:update',
]);

const nodeFolders = [
  '/etc',
  '/opt',
  '/home',
  '/root',
  '/run',
  '/tmp',
  '/usr/local',
  '/var/lib/deis',
  '/var/lib/docker/containers',
  '/var/log',
];

describe('secrets, through every command and failure', function () {
  this.timeout(240_000);
  const controller = new ControllerProcess();
  const secrets: Record<string, string> = {
    password: random('password'),
    config: random('config'),
    credential: random('credential'),
    attribute: random('attribute'),
    refused: random('refused'),
  };
  const outputs: { readonly command: string; readonly text: string }[] = [];
  let developer: Developer;
  let watch: CommandLineWatch;

  /** Runs `deis`, and keeps what it printed. */
  const drive = async (words: readonly string[], input = ''): Promise<CommandOutcome> => {
    const [out, err]: [string[], string[]] = [[], []];
    const both: string[] = [];
    const sink = (own: string[]) => ({
      write: (text: unknown): void => void (own.push(String(text)), both.push(String(text))),
    });
    // In this process: a hundred starts of Node.js would take a minute.
    const [{ main }, { processTerminal }] = [
      await import('../../cli/main.js'),
      await import('../../cli/terminal/terminal.js'),
    ];
    const exitCode = await main(words, {
      ...processTerminal(),
      stdout: sink(out),
      stderr: sink(err),
      env: { ...process.env, ...developer.env },
      cwd: developer.app,
      home: developer.home,
      interactive: false,
      piped: true,
      ask: () => Promise.reject(new Error('nobody is here')),
      readInput: () => Promise.resolve(input),
      inputStream: () => Readable.from([input]),
      onInterrupt: () => () => undefined,
    });
    outputs.push({ command: words[0]!, text: both.join('') });
    return { exitCode, stdout: out.join(''), stderr: err.join(''), all: both.join('') };
  };
  const succeed = async (words: readonly string[], input?: string): Promise<CommandOutcome> => {
    const result = await drive(words, input);
    assert.equal(result.exitCode, 0, `deis ${words.join(' ')}: ${result.all}`);
    return result;
  };
  const file = (name: string, text: string): string => {
    const path = join(developer.home, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };

  before(async function () {
    this.timeout(600_000);
    await prepareMachine();
    await controller.start({ DEIS_LOG_LEVEL: 'trace', DEIS_PROVIDERS: 'docker,mock' });
    developer = new Developer(controller, 'ada');
    await developer.makeKey();
    await developer.startApp('static-site');
    watch = new CommandLineWatch(secrets);
  });

  after(async () => {
    await watch.stop();
    await controller.remove();
  });

  it('go in: a password, a token, a config value, a credential, an attribute of a layer', async () => {
    await succeed(
      [
        'register',
        controller.running.url,
        '--username=ada',
        '--password-stdin',
        '--email=ada@example.com',
        '--known-hosts=yes',
      ],
      `${secrets['password']}\n`,
    );
    secrets['token'] = (
      JSON.parse(readFileSync(join(developer.home, '.deis', 'client.json'), 'utf8')) as { token: string }
    ).token;
    assert.ok(secrets['token'].length > 20);
    await succeed(['keys:add', `${developer.home}/.ssh/id_ed25519.pub`]);
    await succeed([
      'providers:create',
      '--type=mock',
      '--id=vault',
      `--creds=@${file('creds.json', JSON.stringify({ key: secrets['credential'] }))}`,
    ]);
    await succeed(['create', '--id=vault', '--flavor=docker', '--known-hosts=yes']);
    await succeed([
      'layers:update',
      'runtime',
      `--attributes=@${file('attributes.json', JSON.stringify({ password: secrets['attribute'] }))}`,
    ]);
    await succeed(['layers:scale', 'runtime=1', 'proxy=1']);
    await succeed(['config:push', file('app.env', `SECRET_KEY=${secrets['config']}\n`)]);
    await developer.git(['push', 'deis', 'master']);
  });

  it('go through what fails', async () => {
    const refused = `@${file('refused.json', `{"key": "${secrets['refused']}", broken`)}`;
    const keys = JSON.stringify({ access_key_id: 'short', secret_access_key: secrets['refused'] });
    const cases: readonly (readonly [words: readonly string[], input?: string])[] = [
      [
        ['login', controller.running.url, '--username=ada', '--password-stdin', '--known-hosts=no'],
        `${secrets['refused']}\n`,
      ],
      [['providers:create', '--type=mock', '--id=odd', `--creds=${refused}`]],
      [['providers:create', '--type=ec2', '--id=odd', `--creds=@${file('keys.json', keys)}`]],
      [['providers:update', 'vault', `--creds=${refused}`]],
      [['layers:update', 'runtime', `--attributes=${refused}`]],
      [['config:push', file('bad.env', `SECRET KEY=${secrets['refused']}\n`)]],
      [['config:push', file('open.env', `SECRET_KEY="${secrets['refused']}\n`)]],
      [['run', 'exit 3']],
      [['rollback', 'v99']],
      [['layers:scale', 'runtime=-1']],
    ];
    for (const [words, input] of cases)
      assert.notEqual((await drive(words, input)).exitCode, 0, words.join(' '));
    // The app says that it cannot start, and why; what it was given is not told with it.
    developer.write('Procfile', 'web: echo no cake today; exit 7\n');
    await developer.commit('Break the start');
    const { all } = await developer.git(['push', 'deis', 'master'], { expect: 'failure' });
    outputs.push({ command: 'git push', text: all });
    assert.match(all, /no cake today/);
    await developer.git(['reset', '-q', '--hard', 'HEAD~1']);
    await succeed(['converge']);
  });

  it('go through every command that there is', async () => {
    const commands = JSON.parse((await succeed(['cli:commands', '--json'])).stdout) as Command[];
    const exact: Readonly<Record<string, string[]>> = {
      'formations:run': ['true'],
      'config:get': ['SECRET_KEY'],
      'nodes:info': ['vault-runtime-1'],
      'nodes:ssh': ['vault-runtime-1', 'true'],
      'releases:info': ['v2'],
      'providers:info': ['vault'],
      'providers:types': ['ec2'],
      'layers:info': ['runtime'],
      'flavors:info': ['docker'],
      'flavors:check': ['docker'],
      'config:pull': ['-'],
    };
    for (const { name, usage } of commands.filter((command) => !apart.has(command.name))) {
      const required = [...usage.matchAll(/<([^>]+)>/g)].map(() => 'nothing=1');
      const { exitCode, all } = await drive([name, ...(exact[name] ?? required)]);
      assert.ok((exitCode ?? 99) < 8, `deis ${name} exited with ${exitCode}: ${all}`);
      assert.doesNotMatch(all, /^ +at .*\.(ts|js):\d+/m, `deis ${name} shows a stack`);
    }
  });

  it('are in nothing that a command printed, save to those who asked for config', () => {
    const told = outputs.flatMap(({ command, text }) =>
      secretsIn(text, secrets)
        .filter((name) => !(showsConfig.has(command) && (name === 'config' || name === 'attribute')))
        .map((name) => `${name} in the output of deis ${command}`),
    );
    assert.deepEqual(told, []);
    assert.ok(outputs.length > 60, String(outputs.length));
  });

  it('are in no command line, on the host or in a node', async () => {
    await watch.stop();
    assert.ok(watch.looks > 50, String(watch.looks));
    assert.deepEqual([...watch.found], []);
  });

  it('are in no log, and in no row of the database', async () => {
    const log = readFileSync(controller.logPath, 'utf8');
    assert.ok(log.length > 10_000);
    assert.deepEqual(secretsIn(log, secrets), []);
    const { stdout: url } = await execa(
      process.execPath,
      [join(projectRoot, 'bin', 'deis-controller.js'), '--database-url'],
      { env: { DEIS_DATA_DIR: controller.dataDir } },
    );
    const rows = await everyRow(url);
    assert.ok(rows.length > 100);
    assert.deepEqual(
      rows.flatMap((row) => secretsIn(row, secrets).map((name) => `${name} in ${row.split(' ')[0]}`)),
      [],
    );
    assert.deepEqual(
      rows.filter((row) => row.includes('PRIVATE KEY')).map((row) => row.split(' ')[0]),
      [],
    );
  });

  it('are in no file of the controller, and on nodes only where root alone reads and where they belong', async () => {
    const [runtime, proxy] = ['runtime', 'proxy'].map(
      (layer) => `deis-${controller.instance}-vault-${layer}-1`,
    ) as [string, string];
    for (const [name, value] of Object.entries(secrets)) {
      const own = (await filesHolding(value, [controller.dataDir], null)).filter(
        (line) => !line.includes('/people/'),
      );
      assert.deepEqual(own, [], `${name} on the controller`);
      assert.deepEqual(await filesHolding(value, nodeFolders, proxy), [], `${name} on the proxy`);
      const files = await filesHolding(value, nodeFolders, runtime);
      if (name === 'config') assert.ok(files.length > 0, 'the databag at least holds it');
      else assert.deepEqual(files, [], `${name} on the runtime node`);
      assert.deepEqual(
        await filesHolding(value, nodeFolders, runtime, 'nobody'),
        [],
        `${name}, read by nobody in particular`,
      );
    }
  });

  it('are in no databag of another formation', async () => {
    await developer.deis(['create', '--id=other', '--flavor=docker', '--known-hosts=yes', '--no-remote']);
    const { stdout } = await developer.deis(['calculate', '--formation=other']);
    assert.ok(stdout.includes('other'));
    assert.deepEqual(secretsIn(stdout, secrets), []);
  });
});
