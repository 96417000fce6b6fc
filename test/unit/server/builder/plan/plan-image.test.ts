import assert from 'node:assert/strict';
import { UserError } from '../../../../../base/errors.js';
import type { AppSource } from '../../../../../server/builder/plan/app-source.js';
import { exposedPort, planImage } from '../../../../../server/builder/plan/plan-image.js';

const source = (names: readonly string[], rest: Partial<AppSource> = {}): AppSource => ({
  names: new Set(names),
  ...rest,
});

describe('planning an image', () => {
  it('takes the Dockerfile at the root, also beside a package.json, and runs what the image says', () => {
    const plan = planImage(source(['Dockerfile', 'package.json']));
    assert.deepEqual([plan?.dockerfile, plan?.processes], ['Dockerfile', { web: '' }]);
    assert.match(plan?.notes.join('\n') ?? '', /ENTRYPOINT, CMD/);
  });

  it('lets the types of a Procfile run in place of the image own command', () => {
    const plan = planImage(source(['Dockerfile'], { procfile: 'web: serve\nworker: work\n' }));
    assert.deepEqual(plan?.processes, { web: 'serve', worker: 'work' });
  });

  it('leaves an app to buildpacks that somebody has set, whichever way, unless a Dockerfile is asked for', () => {
    const found = source(['Dockerfile', 'package.json']);
    const settings = [
      [found, { buildpacks: ['nodejs'] }],
      [found, { config: { BUILDPACK_URL: 'nodejs' } }],
      [{ ...found, buildpacks: 'nodejs\n' }, {}],
      [{ ...found, appJson: '{"buildpacks":[{"url":"heroku/nodejs"}]}' }, {}],
    ] as const;
    for (const [each, setting] of settings) {
      assert.equal(planImage(each, setting), undefined);
      assert.equal(planImage(each, setting, 'docker/web')?.dockerfile, 'docker/web');
    }
    assert.equal(planImage(source(['package.json'])), undefined);
  });

  it('refuses a wrong Procfile', () => {
    assert.throws(() => planImage(source(['Dockerfile'], { procfile: 'web serve' })), UserError);
  });
});

describe('the port of an image', () => {
  it('is the lowest TCP port that it exposes', () => {
    assert.equal(exposedPort(['8443/tcp', '8080/tcp', '53/udp']), 8080);
    assert.equal(exposedPort(['3000']), 3000);
    assert.equal(exposedPort(['53/udp', 'x/tcp']), null);
    assert.equal(exposedPort([]), null);
  });
});
