import assert from 'node:assert/strict';
import { startCommand } from '../../../../../server/builder/plan/start-command.js';

describe('startCommand', () => {
  it('is the start script itself where that is one program', () => {
    for (const start of [
      'node server.js',
      'node --max-old-space-size=400 "dist/my app.js"',
      'PORT=5000 HOST=$HOST next start -p $PORT',
      './bin/www',
      'ts-node src/*.ts',
    ])
      assert.equal(startCommand({ start }), start);
    assert.equal(startCommand({ start: '  node . ' }), 'node .');
  });

  it('is npm start where a shell, a hook or npm has a part in it', () => {
    for (const start of [
      'node a.js && node b.js',
      'node a.js; echo ended',
      'node a.js | tee log',
      'node a.js > log',
      'node a.js &',
      'node $(ls)',
      'node `ls`',
      'cd dist',
      'PORT=1 npm run serve',
      'yarn serve',
      'exec node a.js',
      'node a.js $npm_package_config_port',
      'node a.js\nnode b.js',
      'node \u001b[2J',
      'A=1',
      '$RUNNER a.js',
      '',
      `node ${'x'.repeat(4096)}`,
    ])
      assert.equal(startCommand({ start }), 'npm start', start);
    for (const hook of ['prestart', 'poststart'])
      assert.equal(startCommand({ start: 'node .', [hook]: 'node x.js' }), 'npm start');
  });

  it('is what npm does without a script', () => assert.equal(startCommand({}), 'node server.js'));
});
