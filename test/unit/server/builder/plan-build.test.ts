import assert from 'node:assert/strict';
import { UserError } from '../../../../base/errors.js';
import { planBuild, type AppSource } from '../../../../server/builder/plan-build.js';

const app = (names: string[], texts: Partial<AppSource> = {}): AppSource => ({
  names: new Set(names),
  ...texts,
});
const node = (manifest: object, more: string[] = [], texts: Partial<AppSource> = {}): AppSource =>
  app(['package.json', 'package-lock.json', ...more], { packageJson: JSON.stringify(manifest), ...texts });
const refused = (source: AppSource, message: RegExp): void => {
  assert.throws(
    () => planBuild(source),
    (error) => error instanceof UserError && message.test(error.message),
  );
};

describe('planBuild', () => {
  it('knows a Node.js app by package.json and runs npm start', () => {
    assert.deepEqual(planBuild(node({ scripts: { start: 'node .' } })), {
      buildpack: 'nodejs',
      title: 'Node.js',
      procfile: { web: 'npm start' },
      node: '*',
      notes: ['No Procfile: web runs `npm start`'],
    });
  });

  it('lets the Procfile decide what runs', () => {
    const plan = planBuild(node({}, ['Procfile'], { procfile: 'worker: node w.js' }));
    assert.deepEqual(plan.procfile, { worker: 'node w.js' });
  });

  it('hands engines.node on', () =>
    assert.equal(planBuild(node({ engines: { node: ' 20.x ' }, scripts: { start: 'x' } })).node, '20.x'));
  it('says what is done about files in the repository that it does not use', () => {
    const { notes } = planBuild(
      app(['package.json', 'yarn.lock', 'node_modules', 'server.js'], { packageJson: '{}' }),
    );
    assert.ok(notes.some((note) => note.startsWith('yarn.lock is not read')));
    assert.ok(notes.some((note) => note.startsWith('node_modules is in the repository')));
  });

  it('refuses a Node.js app that nothing says how to start', () => refused(node({}), /no "start" script/));
  it('refuses a package.json that is no JSON', () =>
    refused(app(['package.json'], { packageJson: '{' }), /package\.json is no JSON/));
  it('refuses a package.json that is a list', () =>
    refused(app(['package.json'], { packageJson: '[]' }), /must hold a JSON object/));
  it('refuses a version that is no text', () =>
    refused(node({ engines: { node: 20 }, scripts: { start: 'x' } }), /engines\.node is 20/));
  it('refuses a broken Procfile before anything else', () =>
    refused(node({ scripts: { start: 'x' } }, ['Procfile'], { procfile: 'web' }), /Procfile line 1/));

  it('knows a static site by index.html', () =>
    assert.equal(planBuild(app(['index.html'])).buildpack, 'static'));
  it('knows a static site by static.json', () =>
    assert.equal(planBuild(app(['static.json'], { staticJson: '{"root":"public"}' })).buildpack, 'static'));
  it('refuses a root outside of the repository', () => {
    refused(app(['static.json'], { staticJson: '{"root":"../x"}' }), /root is "\.\.\/x"/);
    refused(app(['static.json'], { staticJson: '{"root":"/etc"}' }), /root is "\/etc"/);
  });

  it('takes anything with a Procfile', () =>
    assert.deepEqual(planBuild(app(['Procfile', 'run.sh'], { procfile: 'web: ./run.sh' })), {
      buildpack: 'procfile',
      title: 'Procfile',
      procfile: { web: './run.sh' },
      notes: [],
    }));
  it('lists what it knows when it knows nothing', () =>
    refused(app(['main.cob']), /package\.json \(Node\.js\).*index\.html or static\.json.*Procfile/));

  it('plans an app with a manifest of 1 MiB in a moment, and repeats none of it', () => {
    const megabyte = (text: string): string => text.repeat(Math.ceil(1024 ** 2 / text.length));
    const start = { start: 'x' };
    const sources = [
      node({ scripts: start, engines: { node: megabyte('^0.0||') } }),
      node({ scripts: start, engines: { node: megabyte(' ') } }),
      node({ scripts: start, engines: { node: [megabyte('20')] } }),
      app(['package.json'], { packageJson: megabyte('[') }),
      app(['package.json'], { packageJson: `"${megabyte('x')}` }),
      app(['static.json'], { staticJson: JSON.stringify({ root: `/${megabyte('x')}` }) }),
    ];
    for (const source of sources) {
      const times = Array.from({ length: 3 }, () => {
        const startedAt = performance.now();
        try {
          planBuild(source);
        } catch (error) {
          assert.ok(error instanceof UserError);
          assert.ok(error.message.length < 300, error.message.slice(0, 500));
        }
        return performance.now() - startedAt;
      });
      assert.ok(Math.min(...times) < 500, `${Math.min(...times)} ms`);
    }
  });
});
