import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { parseCommand } from '../../../cli/parse-command.js';
import { shortcuts } from '../../../cli/commands/shortcuts.js';
import { everyCommand, resolveWord } from '../../../cli/registry.js';

const page = readFileSync('docs/commands-2013.md', 'utf8');
const block = /```text\n(.*?)```/s.exec(page)![1]!;

/** A line of the page as words that somebody types: arguments filled in, every option given. */
function typed(usage: string): { word: string; least: string[]; most: string[]; options: string[] } {
  const [command = '', comment = ''] = usage.split('#');
  const [word = '', ...rest] = command.trim().split(/\s+(?![^[\]]*\])/);
  const options = [...`${command} ${comment}`.matchAll(/--([a-z_]+)=/g)].map(([, name]) => name!);
  const args = rest.filter((each) => !each.startsWith('--') && each !== '[options]' && !each.includes('--'));
  const least = args.filter((each) => !each.startsWith('['));
  return { word, least: least.map(filled), most: args.map(filled), options: [...new Set(options)] };
}

function filled(argument: string): string {
  return argument
    .replace(/[[\]<>]|\.\.\./g, '')
    .replace('var=value', 'NAME=value')
    .replace('type=num', 'web=1');
}

const lines = block
  .split('\n')
  .filter((line) => line.startsWith('  '))
  .map((line) => line.trim());

describe('the commands of 2013', () => {
  it('are all on the page', () => {
    assert.ok(lines.length >= 43, String(lines.length));
  });

  for (const line of lines) {
    it(`knows: ${line}`, async () => {
      const { word, least, most, options } = typed(line);
      const found = await resolveWord(word);
      assert.ok(found.kind === 'command', `no command ${word}`);
      const given = options.map((name) => `--${name}=x`);
      for (const words of [
        [...given, ...least],
        [...given, ...most],
        [...most, ...given],
      ]) {
        const parsed = parseCommand(
          found.name,
          found.spec,
          found.spec.passThrough === true ? [...given, ...most] : words,
        );
        assert.ok('args' in parsed);
      }
    });
  }

  it('have their shortcuts', async () => {
    const words = /^Shortcuts: (.*)\.$/m.exec(page)![1]!.split(', ');
    assert.equal(words.length, 15);
    for (const each of words) {
      const [, word = '', target] = /^(\S+)(?: \((\S+)\))?$/.exec(each)!;
      const found = await resolveWord(word);
      assert.equal(found.kind, 'command', word);
      if (target !== undefined) assert.equal(found.kind === 'command' && found.name, target);
    }
  });

  it('list at the word of their group alone', async () => {
    for (const group of [...block.matchAll(/^\[(\w+)\]$/gm)]
      .map(([, name]) => name!)
      .filter((name) => name !== 'auth')) {
      const found = await resolveWord(group);
      assert.ok(found.kind === 'command' && /:(list|logs|open)$/.test(found.name), group);
    }
  });

  it('take --formation behind every command that works on one', async () => {
    for (const { name, spec } of (await everyCommand()).filter(({ name: each }) =>
      /^(layers|nodes|containers|config|builds|releases):/.test(each),
    ))
      assert.equal(spec.onFormation, true, name);
  });
});

describe('every command', () => {
  it('has an example in its help, and a summary of one line', async () => {
    for (const { name, spec } of await everyCommand()) {
      assert.match(spec.details ?? '', /Examples?\b[^:]*:\n {2}\S/, name);
      assert.match(spec.summary, /^[^A-Z\n].*[^.\n]$/, name);
    }
  });

  it('that lists takes --limit and --json', async () => {
    for (const { name, spec } of (await everyCommand()).filter(({ name: each }) => each.endsWith(':list'))) {
      assert.equal(spec.json, true, name);
      if (
        ![
          'buildpacks:list',
          'config:list',
          'healthchecks:list',
          'limits:list',
          'proxy:list',
          'tags:list',
          'timeouts:list',
        ].includes(name)
      )
        assert.ok(spec.limit !== undefined, `${name} has no limit`);
    }
  });
});

describe('docs/cli.md', () => {
  const rows = new Map(
    [...readFileSync('docs/cli.md', 'utf8').matchAll(/^\| ([a-z]+) \| (.*) \|$/gm)].map(
      ([, group, verbs]) => [group!, verbs!],
    ),
  );

  it('lists every command in the row of its group', async () => {
    const missing = (await everyCommand()).filter(({ name }) => {
      const [group = '', verb = ''] = name.split(':');
      return !new RegExp(`\`${verb}[ \`]`).test(rows.get(group) ?? '');
    });
    assert.deepEqual(
      missing.map(({ name }) => name),
      [],
    );
  });

  it('lists every shortcut', () => {
    const line = /^Shortcuts: ([^]*?)\.\n/m.exec(readFileSync('docs/cli.md', 'utf8'))![1]!;
    assert.deepEqual(
      [...line.matchAll(/`([a-z:]+)`/g)].map(([, word]) => word!).sort(),
      Object.keys(shortcuts).sort(),
    );
  });
});
