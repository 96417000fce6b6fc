import assert from 'node:assert/strict';
import { parseCommand } from '../../../cli/parse-command.js';
import { herokuWords } from '../../../cli/commands/heroku-words.js';
import { shortcuts } from '../../../cli/commands/shortcuts.js';
import { everyCommand, everyWord, groups, resolveWord } from '../../../cli/registry.js';
import { nearestName } from '../../../cli/terminal/nearest-name.js';
import { ProfileStore } from '../../../cli/controller/profile.js';
import { TestTerminal } from '../../support/cli/test-terminal.js';

describe('the command line', () => {
  const terminal = new TestTerminal();
  after(() => terminal.dispose());

  it('has a command behind every shortcut', async () => {
    for (const [word, name] of Object.entries(shortcuts)) {
      const found = await resolveWord(word);
      assert.equal(found.kind === 'command' ? found.name : found.kind, name);
    }
  });

  it('writes help for every command without an error', async () => {
    for (const word of (await everyWord()).filter((each) => each.includes(':'))) {
      assert.equal(await terminal.deis(word, '--help'), 0, word);
      assert.match(terminal.out, new RegExp(`Usage: deis ${word}`));
      assert.equal(terminal.err, '');
    }
  });

  it('shows with flavors:create what each provider takes, and asks nobody for it', async () => {
    assert.equal(await terminal.deis('flavors:create', '--help'), 0);
    for (const line of [
      /^docker:\n {2}# Memory of a node.*\n {2}memory: 1g$/m,
      /^ec2:\n {2}# EC2 region \(required\)\n {2}region: us-west-2$/m,
      /^static:$/m,
      /^Example:/m,
    ])
      assert.match(terminal.out, line);
  });

  it('lists every group, and its commands under help group, group --help and a group without list', async () => {
    assert.equal(await terminal.deis('help'), 0);
    for (const name of Object.keys(groups)) assert.match(terminal.out, new RegExp(`^  ${name} `, 'm'));
    assert.equal(await terminal.deis('help', 'help'), 0);
    await terminal.deis('help', 'layers');
    assert.match(terminal.out, /layers:scale <layer=count\.\.\.>/);
    assert.equal(await terminal.deis('layers', '--help'), 0);
    assert.match(terminal.out, /layers:create <id> <flavor>/);
    assert.equal(await terminal.deis('auth'), 2);
    assert.match(terminal.err, /auth:login/);
  });

  it('says of nodes:ssh that options come before the node', async () => {
    assert.equal(await terminal.deis('nodes:ssh', 'peachy-1', '-f', 'peachy', 'uptime'), 2);
    assert.match(terminal.err, /-f is behind the node.*\n.*deis nodes:ssh -f peachy peachy-1 uptime/);
    assert.equal(await terminal.deis('nodes:ssh', 'peachy-1', '--app=peachy', 'uptime'), 2);
    assert.match(terminal.err, /deis nodes:ssh --app=peachy peachy-1 uptime/);
    // What has no value takes none of the command's words along.
    for (const flag of ['--help', '-h', '-fpeachy']) {
      assert.equal(await terminal.deis('nodes:ssh', 'peachy-1', flag, 'uptime'), 2);
      assert.ok(terminal.err.includes(`deis nodes:ssh ${flag} peachy-1 uptime`), terminal.err);
    }
  });

  it('explains the command before the group where a word is both', async () => {
    const both = Object.keys(groups).filter((name) => Object.hasOwn(shortcuts, name));
    assert.ok(both.length >= 2, both.join());
    for (const name of both)
      for (const words of [
        ['help', name],
        [name, '--help'],
      ]) {
        assert.equal(await terminal.deis(...words), 0, terminal.err);
        assert.match(terminal.out, new RegExp(`Usage: deis ${name} [^]*^  ${name}:`, 'm'));
      }
  });

  it('names what does here what a word of Heroku does, of commands that there are', async () => {
    for (const [typed, hint] of [
      ['ps:scale', 'here it is: deis scale'],
      ['apps', 'here it is: deis formations'],
      ['run:detached', 'here it is: deis run --detach'],
    ] as const) {
      assert.equal(await terminal.deis(typed), 2);
      assert.match(terminal.err, new RegExp(`no command "${typed}"\n  ${hint}\n`));
    }
    for (const typed of ['addons', 'addons:create', 'pg', 'pg:psql', 'redis']) {
      assert.equal(await terminal.deis(typed), 2);
      assert.match(terminal.err, /there are no add-ons: .*deis config:set/);
      assert.doesNotMatch(terminal.err, /did you mean/);
    }
    for (const [word, here] of Object.entries(herokuWords)) {
      assert.equal((await resolveWord(word)).kind, 'unknown', word);
      for (const [, command] of here.matchAll(/deis (\S+?)(?=[ ,]|$)/g))
        assert.notEqual((await resolveWord(command!)).kind, 'unknown', here);
    }
  });

  it('suggests the nearest of an unknown command, and none where none is near', async () => {
    assert.equal(await terminal.deis('layer:scale'), 2);
    assert.match(terminal.err, /did you mean: deis layers:scale/);
    assert.equal(nearestName('relaeses', await everyWord()), 'releases');
    assert.equal(nearestName('xyzzy', await everyWord()), undefined);
    for (const word of ['layers:', ':list', 'a:b:c', '__proto__', 'config:constructor', 'toString'])
      assert.equal(await terminal.deis(word), 2, word);
  });

  it('suggests the colon where a blank stands in its place, for every command that would not run', async () => {
    for (const { name, spec } of await everyCommand()) {
      const [group = '', verb = ''] = name.split(':');
      const meant = await resolveWord(group);
      const takesWords = meant.kind === 'command' && meant.spec.args !== undefined;
      if (takesWords) continue;
      const words = [group, verb, ...(spec.args === undefined ? [] : ['DEBUG'])];
      assert.equal(await terminal.deis(...words), 2, words.join(' '));
      assert.match(terminal.err, new RegExp(`did you mean: deis ${name}\n`), words.join(' '));
    }
    assert.equal(await terminal.deis('ps', 'restart'), 2);
    assert.match(terminal.err, /did you mean: deis ps:restart/);
    assert.equal(await terminal.deis('config', 'colour'), 2);
    assert.doesNotMatch(terminal.err, /did you mean/);
  });

  it('lists every command with its usage and options for programs', async () => {
    assert.equal(await terminal.deis('commands', '--json'), 0);
    const all = JSON.parse(terminal.out) as {
      name: string;
      usage: string;
      shortcuts: string[];
      options: { flags: string }[];
      on_formation: boolean;
      json: boolean;
    }[];
    assert.deepEqual(
      all.map(({ name }) => name).sort(),
      (await everyWord()).filter((word) => word.includes(':') && !Object.hasOwn(shortcuts, word)).sort(),
    );
    const scale = all.find(({ name }) => name === 'containers:scale')!;
    assert.deepEqual(
      [scale.usage, scale.shortcuts, scale.on_formation, scale.json, scale.options.map(({ flags }) => flags)],
      [
        'containers:scale <type=count...>',
        ['scale'],
        true,
        true,
        ['-f, --formation <name>', '-a, --app <name>', '--json'],
      ],
    );
  });

  it('counts arguments and knows its options, and says the usage', async () => {
    assert.equal(await terminal.deis('layers:create', 'runtime'), 2);
    assert.match(
      terminal.err,
      /flavor is missing: deis layers:create takes <id> <flavor>[^]*usage: deis layers:create/,
    );
    assert.equal(await terminal.deis('nodes:info', 'a', 'b'), 2);
    assert.match(terminal.err, /"b" is one argument too many: deis nodes:info takes <node>\n/);
    assert.equal(await terminal.deis('ps', 'web', 'worker'), 2);
    assert.match(terminal.err, /"web", "worker" are 2 arguments too many: deis ps takes none\n/);
    assert.equal(await terminal.deis('ps', '--jsn'), 2);
    assert.match(terminal.err, /deis ps has no option --jsn: did you mean --json\?/);
    assert.equal(await terminal.deis('ps', '--formation'), 2);
    assert.match(terminal.err, /a value is missing: deis ps takes -f, --formation <name>/);
    assert.equal(await terminal.deis('--nope', 'ps'), 2);
  });

  it('says in its own words what is too much, missing or unknown, of every command', async () => {
    const libraryWords = /too many arguments|missing required|unknown option|argument missing|Did you mean/;
    const says = async (words: readonly string[], expected: string): Promise<void> => {
      assert.equal(await terminal.deis(...words), 2, words.join(' '));
      assert.ok(terminal.err.includes(expected), `${words.join(' ')}: ${terminal.err}`);
      assert.doesNotMatch(terminal.err, libraryWords, words.join(' '));
    };
    for (const { name, spec } of await everyCommand()) {
      const all = spec.args?.split(' ') ?? [];
      const takes = `deis ${name} takes ${spec.args ?? 'none'}`;
      await says([name, '--no-such-option'], `deis ${name} has no option --no-such-option`);
      const required = all.find((each) => each.startsWith('<'));
      if (required !== undefined)
        await says([name], `${required.replace(/^<|(\.\.\.)?>$/g, '')} is missing: ${takes}`);
      if (spec.passThrough === true || spec.args?.includes('...')) continue;
      const words = [name, ...all.map(() => 'a'), 'unexpected'];
      await says(words, `"unexpected" is one argument too many: ${takes}`);
    }
  });

  it('takes the options of 2013 with underscores', async () => {
    const found = await resolveWord('layers:create');
    assert.ok(found.kind === 'command');
    const parsed = parseCommand(found.name, found.spec, [
      'runtime',
      'small',
      '--run_list=recipe[a_b]',
      '--ssh_username',
      'ada_b',
    ]);
    assert.deepEqual('options' in parsed && { ...parsed.options }, {
      runList: 'recipe[a_b]',
      sshUsername: 'ada_b',
    });
  });

  it('takes the status of a group that has nothing to list', async () => {
    const found = await resolveWord('maintenance');
    assert.equal(found.kind === 'command' && found.name, 'maintenance:status');
  });

  it('leaves the words of run alone', async () => {
    const found = await resolveWord('run');
    assert.ok(found.kind === 'command');
    const parsed = parseCommand(found.name, found.spec, [
      '-f',
      'peachy',
      'ls',
      '-la',
      '--help',
      '--my_flag',
      '-f',
      'x',
    ]);
    assert.deepEqual('args' in parsed && [parsed.args, { ...parsed.options }], [
      ['ls', '-la', '--help', '--my_flag', '-f', 'x'],
      { formation: 'peachy', tty: true },
    ]);
    const dashed = parseCommand(found.name, found.spec, ['--app=peachy', '--', '-x', '--json']);
    assert.deepEqual('args' in dashed && dashed.args, ['-x', '--json']);
  });

  it('exits with 3 when nobody is logged in, and says how to', async () => {
    assert.equal(await terminal.deis('ps', '-f', 'peachy'), 3);
    assert.match(terminal.err, /deis login/);
    assert.equal(terminal.out, '');
  });

  it('refuses what cannot be before it asks the controller', async () => {
    await new ProfileStore(terminal).save({ controller: 'http://127.0.0.1:9', username: 'ada', token: 't' });
    const wrong = [
      ['layers:scale', 'runtime=-1'],
      ['config:set', 'novalue'],
      ['releases:info', 'seven'],
      ['logs', '-n', '0'],
      ['rollback', 'v0'],
      ['layers:create', 'x', 'y', '--attributes={'],
      ['destroy'],
      ['destroy', '--confirm=other'],
    ];
    for (const words of wrong)
      assert.equal(await terminal.deis(...words, '-f', 'peachy'), 2, `${words.join(' ')}: ${terminal.err}`);
    for (const words of [
      ['register', 'ftp://x'],
      ['keys:add', '/nonexistent'],
      ['flavors:update', 'small'],
      ['providers:create'],
      ['ps', '-f', 'a', '-a', 'b'],
    ])
      assert.equal(await terminal.deis(...words), 2, `${words.join(' ')}: ${terminal.err}`);
  });
});
