import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { UserError } from '../../../../base/errors.js';
import type { Resource } from '../../../../cookbooks/resource.js';
import { compileNodeProgram } from '../../../../provisioner/converge/compile-node-program.js';
import { OperatorCookbooks } from '../../../../provisioner/converge/operator-cookbooks.js';
import { sampleDatabag, sampleNode } from '../../../support/nodes/sample-databag.js';

const runList = ['recipe[mydb::server]'];

describe('cookbooks of an operator', () => {
  let folder: string;
  let cookbooks: OperatorCookbooks;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'deis-cookbooks-'));
    cookbooks = new OperatorCookbooks(folder);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const write = (path: string, ...lines: string[]): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), `${lines.join('\n')}\n`);
  };
  const declared = async (attributes = {}): Promise<readonly Resource[]> => {
    const recipe =
      (await cookbooks.recipesOf(runList)).get('recipe[mydb::server]') ?? assert.fail('not there');
    return recipe(sampleNode('custom', { attributes }), sampleDatabag());
  };

  it('loads TypeScript, with types, imports of its own and the constructors', async () => {
    write(
      'mydb/recipes/server.ts',
      "import { file, Secret, type Recipe } from 'deis-classic/cookbook';",
      "import { place } from '../lib/place.js';",
      '',
      'const recipe: Recipe = (node, databag) => [',
      "  file(place as string, { content: new Secret(`${databag.id} ${node.attributes['word']}`) }),",
      '];',
      'export default recipe;',
    );
    write('mydb/lib/place.ts', "export const place: string = '/etc/mydb';");
    const resources = await declared({ word: 'sesame' });
    assert.deepEqual(
      resources.map(({ kind, name }) => [kind, name]),
      [['file', '/etc/mydb']],
    );
    const text = compileNodeProgram(
      sampleNode('custom', { attributes: { word: 'sesame' } }),
      sampleDatabag(),
      runList,
      { recipes: await cookbooks.recipesOf(runList) },
    ).text.reveal();
    assert.ok(text.includes('peachy-waxworks sesame'), 'its Secret is not ours');
    assert.match(text, /flags_0=\S*s/);
  });

  for (const [file, ...lines] of [
    ['server.js', "export function recipe() { return [{ kind: 'file', name: '/etc/a' }]; }"],
    ['server.mjs', "export default () => [{ kind: 'file', name: '/etc/a' }];"],
    [
      'server.ts',
      "const name: string = await Promise.resolve('/etc/a');",
      "export default () => [{ kind: 'file', name }];",
    ],
  ] as const) {
    it(`loads ${file}`, async () => {
      write(`mydb/recipes/${file}`, ...lines);
      assert.deepEqual(await declared(), [{ kind: 'file', name: '/etc/a' }]);
    });
  }

  it('counts a changed file the next time, one that is imported too', async () => {
    write(
      'mydb/recipes/server.ts',
      "import { name } from '../lib/name.js';",
      "export const recipe = () => [{ kind: 'file', name }];",
    );
    write('mydb/lib/name.ts', "export const name = '/etc/one';");
    assert.deepEqual(
      (await declared()).map(({ name }) => name),
      ['/etc/one'],
    );
    write('mydb/lib/name.ts', "export const name = '/etc/two';");
    assert.deepEqual(
      (await declared()).map(({ name }) => name),
      ['/etc/two'],
    );
    write('mydb/recipes/server.ts', "export const recipe = () => [{ kind: 'file', name: '/etc/three' }];");
    assert.deepEqual(
      (await declared()).map(({ name }) => name),
      ['/etc/three'],
    );
  });

  for (const [kind, extension] of [
    ['below a package.json of modules', 'js'],
    ['called .mjs', 'mjs'],
  ] as const)
    it(`counts a changed file ${kind} the next time, with what it imports`, async () => {
      if (extension === 'js') write('mydb/package.json', '{ "type": "module" }');
      const [recipe, imported] = [`mydb/recipes/server.${extension}`, `mydb/lib/name.${extension}`];
      const names: unknown[] = [];
      for (const name of ['one', 'two']) {
        write(imported, `export const name = '/etc/${name}';`);
        write(
          recipe,
          `import { name } from '../lib/name.${extension}';`,
          `export const recipe = () => [{ kind: 'file', name, content: '${name}' }];`,
        );
        names.push(...(await declared()));
      }
      assert.deepEqual(names, [
        { kind: 'file', name: '/etc/one', content: 'one' },
        { kind: 'file', name: '/etc/two', content: 'two' },
      ]);
    });

  it('changes the databag for itself alone', async () => {
    write(
      'mydb/recipes/server.js',
      'export const recipe = (node, databag) => { databag.nodes.runtime = {}; node.attributes.a = 1; ' +
        "databag.nodes.mine = {}; return [{ kind: 'file', name: '/etc/x', content: " +
        'JSON.stringify(databag.nodes) }]; };',
    );
    const [node, databag] = [sampleNode('custom'), sampleDatabag()];
    const recipe = (await cookbooks.recipesOf(runList)).get('recipe[mydb::server]')!;
    assert.match(JSON.stringify(recipe(node, databag)), /mine/);
    assert.deepEqual([node, databag], [sampleNode('custom'), sampleDatabag()]);
  });

  it('may read files that lie beside it', async () => {
    write(
      'mydb/recipes/server.ts',
      "import { readFileSync } from 'node:fs';",
      "export const recipe = () => [{ kind: 'file', name: '/etc/x', content: readFileSync(new " +
        "URL('../secrets/token', import.meta.url), 'utf8') }];",
    );
    write('mydb/secrets/token', 'sesame');
    assert.deepEqual(await declared(), [{ kind: 'file', name: '/etc/x', content: 'sesame\n' }]);
  });

  it('renders templates of the cookbook itself', async () => {
    write(
      'mydb/recipes/server.ts',
      "import { template } from 'deis-classic/cookbook';",
      "export const recipe = () => [template('/etc/x', { source: 'x.njk', variables: { a: 'sesame' } })];",
    );
    write('mydb/templates/x.njk', 'open {{ a }}');
    const recipes = await cookbooks.recipesOf(runList);
    const text = compileNodeProgram(sampleNode('custom'), sampleDatabag(), runList, {
      recipes,
    }).text.reveal();
    assert.ok(text.includes('open sesame'));
    write('mydb/templates/x.njk', '\n\nopen {{ b }}');
    assert.throws(
      () => compileNodeProgram(sampleNode('custom'), sampleDatabag(), runList, { recipes }),
      /mydb\/templates\/x\.njk\) \[Line 3, Column \d+\]/,
    );
  });

  it('shows a recipe of a custom layer no config, no backends and no keys', async () => {
    write(
      'mydb/recipes/server.ts',
      "export const recipe = (node: unknown, databag: unknown) => [{ kind: 'file', name: '/etc/seen', " +
        'content: JSON.stringify(databag) }];',
    );
    const text = compileNodeProgram(sampleNode('custom'), sampleDatabag(), runList, {
      recipes: await cookbooks.recipesOf(runList),
    }).text.reveal();
    assert.ok(
      text.includes('"peachy-waxworks-runtime-1":"10.0.0.4"'),
      'addresses of the formation are there',
    );
    assert.ok(
      !text.includes('POWERED_BY') && !text.includes('KEY-sentinel') && !text.includes('10.0.0.4:5001'),
    );
  });

  const wrong: readonly [what: string, lines: readonly string[], message: RegExp][] = [
    [
      'throws',
      [
        '',
        'export const recipe = (node) => {',
        '  const size: number = 1;',
        '  return node.attributes.size.toFixed(size);',
        '};',
      ],
      /^recipe\[mydb::server\] failed at mydb\/recipes\/server\.ts:4: Cannot read properties of undefined/,
    ],
    [
      'throws in a file that it imports',
      ["import { help } from '../lib/help.js';", 'export const recipe = () => help();'],
      /^recipe\[mydb::server\] failed at mydb\/lib\/help\.ts:3: no help here$/,
    ],
    [
      'throws what is no error',
      ['export const recipe = () => { throw "up"; };'],
      /^recipe\[mydb::server\] failed at mydb\/recipes\/server\.ts: up$/,
    ],
    [
      'throws while it is loaded',
      ['', '', 'throw new Error("not today");'],
      /^recipe\[mydb::server\] cannot be loaded at mydb\/recipes\/server\.ts:3: not today/,
    ],
    [
      'does not parse',
      ['export const recipe = () => [', '  }'],
      /^recipe\[mydb::server\] cannot be loaded at mydb\/recipes\/server\.ts:2: /,
    ],
    [
      'imports what is not there',
      ["import { x } from '../lib/nope.js';", 'export const recipe = () => [x];'],
      /^recipe\[mydb::server\] cannot be loaded at mydb\/recipes\/server\.ts.*nope/,
    ],
    ['exports nothing', ['const recipe = 1;'], /server\.ts: it exports no function/],
    [
      'returns nothing',
      ['export const recipe = () => {};'],
      /server\.ts: it returned undefined, a list of resources was expected/,
    ],
    ['is asynchronous', ['export const recipe = async () => [];'], /it returned a promise/],
    [
      'returns a resource of no kind',
      ["export const recipe = () => [{ kind: 'fiel', name: '/a' }];"],
      /item 1 of what it returned is of the kind "fiel"; there are apt_repository, /,
    ],
    [
      'misspells a property',
      ["export const recipe = () => [{ kind: 'file', name: '/a', contents: 'x' }];"],
      /file\[\/a\] has no property contents; there are /,
    ],
    [
      'gives a number for a mode',
      ["export const recipe = () => [{ kind: 'file', name: '/a', mode: 644 }];"],
      /file\[\/a\]: mode is 644, a text was expected/,
    ],
    [
      'misspells an action',
      ["export const recipe = () => [{ kind: 'file', name: '/a', action: 'delet' }];"],
      /file\[\/a\]: action is "delet", one of create, create_if_missing, delete was expected/,
    ],
    [
      'gives a number in a command',
      ["export const recipe = () => [{ kind: 'execute', name: 'x', command: ['sleep', 10] }];"],
      /execute\[x\]: command is \["sleep",10\], a list of text was expected/,
    ],
    [
      'notifies by name alone',
      ["export const recipe = () => [{ kind: 'file', name: '/a', notifies: ['service[x]'] }];"],
      /file\[\/a\]: notifies is \["service\[x\]"\], a list of \{ resource, action, timing \} was expected/,
    ],
    [
      'misspells a timing',
      [
        "export const recipe = () => [{ kind: 'file', name: '/a', notifies: [{ resource: 'service[x]', " +
          "action: 'restart', timing: 'now' }] }];",
      ],
      /notifies is /,
    ],
    [
      'gives a container a clear environment',
      [
        "import { dockerContainer } from 'deis-classic/cookbook';",
        "export const recipe = () => [dockerContainer('x', { formation: 'f', image: 'i', command: [], " +
          "environment: { A: 'b' }, mounts: {}, user: 'u', workingDirectory: '/', restart: 'no' })];",
      ],
      /environment is \{"A":"b"\}, an object of secrets was expected/,
    ],
    [
      'puts a secret into a command',
      [
        "import { execute, Secret } from 'deis-classic/cookbook';",
        "export const recipe = () => [execute('x', { command: ['echo', new Secret('sentinel')] })];",
      ],
      /command is \["echo","\[redacted\]"\], a list of text was expected/,
    ],
    [
      'forgets a property',
      ["export const recipe = () => [{ kind: 'link', name: '/a' }];"],
      /link\[\/a\] needs the property to/,
    ],
    [
      'gives no name',
      ["export const recipe = () => [{ kind: 'file' }];"],
      /item 1 of what it returned, a file, has the name undefined/,
    ],
  ];
  for (const [what, lines, message] of wrong) {
    it(`names cookbook, file and line of a recipe that ${what}`, async () => {
      write('mydb/recipes/server.ts', ...lines);
      write(
        'mydb/lib/help.ts',
        'export function help(): never {',
        '  // Line 2.',
        "  throw new Error('no help here');",
        '}',
      );
      await assert.rejects(declared(), (error) => {
        assert.ok(error instanceof UserError);
        assert.match(error.message, message);
        return true;
      });
    });
  }

  it('can be loaded all at once, which names each that cannot', async () => {
    assert.deepEqual(await new OperatorCookbooks(undefined).loadAll(), []);
    write('mydb/recipes/server.ts', 'export const recipe = () => [];');
    write('agent/recipes/default.js', 'export default () => [];');
    assert.deepEqual(await cookbooks.loadAll(), ['recipe[agent::default]', 'recipe[mydb::server]']);
    write('agent/recipes/default.js', 'export default 1;');
    write('agent/recipes/other.mjs', '\nexport default (');
    await assert.rejects(
      cookbooks.loadAll(),
      /agent\/recipes\/default\.js: it exports no function.*\nrecipe\[agent::other\] cannot be loaded at agent\/recipes\/other\.mjs:\d/,
    );
  });

  it('names what there is when a cookbook or recipe is missing', async () => {
    await assert.rejects(
      cookbooks.recipesOf(['recipe[nope::server]']),
      /unknown recipe recipe\[nope::server\]; there are recipe\[deis::default\].*; cookbooks of the operator: none/,
    );
    await assert.rejects(new OperatorCookbooks(undefined).recipesOf(runList), /need DEIS_COOKBOOK_PATH/);
    await assert.rejects(
      new OperatorCookbooks(join(folder, 'gone')).recipesOf(runList),
      /cookbooks of the operator: none/,
    );
    write('mydb/recipes/client.ts', 'export const recipe = () => [];');
    await assert.rejects(
      cookbooks.recipesOf(runList),
      /cookbook mydb has no recipe server: there are client/,
    );
    await assert.rejects(cookbooks.recipesOf(['recipe[../mydb::server]']), /not a valid name of a recipe/);
  });
});
