import assert from 'node:assert/strict';
import { UserError } from '../../../../../base/errors.js';
import { parseAppJson } from '../../../../../server/builder/plan/app-json.js';
import { planBuild } from '../../../../../server/builder/plan/plan-build.js';

const refused = (text: string, message: RegExp): void =>
  assert.throws(
    () => parseAppJson(text),
    (error) =>
      error instanceof UserError &&
      error.field === 'app.json' &&
      error.message.length < 400 &&
      assert.match(error.message, message) === undefined,
  );

describe('parseAppJson', () => {
  it('reads what Heroku documents, and passes over the rest', () => {
    const text = JSON.stringify({
      name: 'Shop',
      stack: 'heroku-24',
      env: {
        LANG: 'en',
        SECRET: { description: 'x', generator: 'secret' },
        MODE: { value: 'production', required: false },
        KEY: { description: 'yours' },
      },
      formation: { web: { quantity: 2, size: 'basic' }, worker: {} },
      buildpacks: [{ url: 'heroku/nodejs' }, { url: 'https://example.com/a.git#v1' }],
      scripts: { postdeploy: 'bundle exec rake' },
      addons: ['heroku-postgresql'],
    });
    const { env, counts, buildpacks, postdeploy, notes } = parseAppJson(`\uFEFF${text}`);
    assert.deepEqual(Object.keys(env), ['LANG', 'SECRET', 'MODE', 'KEY']);
    assert.deepEqual(env['SECRET'], { value: undefined, generator: 'secret', required: true });
    assert.deepEqual(env['MODE'], { value: 'production', generator: undefined, required: false });
    assert.deepEqual(counts, { web: 2, worker: 1 });
    assert.deepEqual(buildpacks, ['heroku/nodejs', 'https://example.com/a.git#v1']);
    assert.equal(postdeploy, 'bundle exec rake');
    assert.deepEqual(notes, [
      'addons of app.json are not made here: set their addresses with `deis config:set`',
      'app.json has keys that do nothing here: stack, formation.web.size',
    ]);
    const { counts: none, notes: silent } = parseAppJson('{"expo":{"name":"x"},"keywords":["a"],"logo":"b"}');
    assert.deepEqual([none, silent], [{}, []]);
  });

  it('says in one line which keys do nothing, however many there are', () => {
    const types = Object.fromEntries(
      Array.from({ length: 9 }, (_, index) => [`type${index}`, { size: 'basic' }]),
    );
    const text = JSON.stringify({
      environments: { test: {} },
      image: 'heroku/ruby',
      scripts: { 'pr-predestroy': 'x' },
      formation: types,
    });
    assert.deepEqual(parseAppJson(text).notes, [
      'app.json has keys that do nothing here: image, environments, formation.type0.size, ' +
        'formation.type1.size, formation.type2.size, 7 more',
    ]);
  });

  it('reads the command of postdeploy in both forms, and refuses what is none', () => {
    const read = (value: unknown) => parseAppJson(JSON.stringify({ scripts: { postdeploy: value } }));
    assert.equal(read(' rake seed\n').postdeploy, 'rake seed');
    const { postdeploy, notes } = read({ command: 'rake seed', size: 'performance-l' });
    assert.equal(postdeploy, 'rake seed');
    assert.deepEqual(notes, ['app.json has keys that do nothing here: scripts.postdeploy.size']);
    assert.equal(parseAppJson('{"scripts":{}}').postdeploy, undefined);
    for (const wrong of ['', ' ', 'a\0b', 5, ['rake'], null])
      refused(
        `{"scripts": {\n"postdeploy": ${JSON.stringify(wrong)}}}`,
        /^app\.json: line 2: scripts\.postdeploy: expected a command$/,
      );
    refused(
      '{"scripts": {"postdeploy": {\n"command": 1}}}',
      /line 2: scripts\.postdeploy\.command: expected a/,
    );
  });

  it('names line and key of what is wrong', () => {
    refused('{\n  "env": {\n    "A": 1\n  }\n}', /^app\.json: line 3: env\.A: expected a text, or an object/);
    refused(
      '{\n  "env": {\n    "A": {\n      "generator": "uuid"\n    }\n  }\n}',
      /^app\.json: line 4: env\.A\.generator: expected "secret"$/,
    );
    refused(
      '{\n\t"formation": {\n\t\t"web": {\n\t\t\t"quantity": -1 } } }',
      /^app\.json: line 4: formation\.web\.quantity: expected a number from 0 up$/,
    );
    refused('{"formation":\n{"Web!": {}}}', /^app\.json: line 2: formation\.Web!: .*Web!/);
    refused(
      '{\n"buildpacks": [\n{"url": "a"},\n{"url": 5}]}',
      /^app\.json: line 4: buildpacks\.1\.url: expected a/,
    );
    refused('{\n"env": []}', /^app\.json: line 2: env: expected an object of variables$/);
    refused('[]', /^app\.json: (line 1: )?.*expected/);
  });

  it('names the line where it is not valid JSON', () => {
    refused('{\n  "env": {\n    "A": "b",\n  }\n}', /^app\.json: line [34]: it is not valid JSON/);
    refused('{\n"env"', /^app\.json: line 2: it is not valid JSON/);
    refused('', /^app\.json: line 1: it is not valid JSON/);
  });

  it('refuses too much, in a moment', () => {
    const begun = performance.now();
    refused(`{"x":"${'a'.repeat(70_000)}"}`, /expected at most 64 KiB/);
    refused('['.repeat(60_000), /^app\.json: /);
    parseAppJson(`{"env":{"A":{"value":"x","b":${'{"a":'.repeat(9000)}1${'}'.repeat(9000)}}}}`);
    const many = Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`A${n}`, 'b']));
    refused(JSON.stringify({ env: many }), /expected at most 100 variables/);
    refused(JSON.stringify({ formation: { web: { quantity: 101 } } }), /expected at most 100/);
    assert.ok(performance.now() - begun < 3000);
  });

  it('lists buildpacks that count behind all other lists', () => {
    const names = new Set(['app.json', 'index.html', 'package.json']);
    const packageJson = '{"scripts":{"start":"x"}}';
    const appJson = '{"buildpacks":[{"url":"static"}]}';
    const heading = (more: object): string => planBuild({ names, packageJson, appJson, ...more }).heading;
    assert.equal(heading({}), 'Buildpacks: static');
    assert.equal(heading({ buildpacks: 'nodejs' }), 'Buildpacks: nodejs');
    assert.equal(heading({ appJson: '{}' }), 'Node.js app detected');
    assert.throws(
      () => heading({ appJson: '{"buildpacks":[{"url":"rust"}]}' }),
      /app\.json: number 1: "rust"/,
    );
  });
});
