import assert from 'node:assert/strict';
import { belowShell, startCommand } from '../../../../../server/builder/plan/start-command.js';

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

describe('a command before which a shell stays', () => {
  const stays = (command: string): boolean => belowShell({ web: command }).length === 1;

  it('is one with a pipe, or something behind &', () => {
    for (const command of [
      'node server.js | tee log',
      'cd api && node server.js 2>&1 | pino',
      './worker & node server.js',
      'node a.js & node b.js & wait',
      "echo 'a' | node .",
      'node server.js |& cat',
    ])
      assert.ok(stays(command), command);
  });

  it('is not one whose last program takes its place, nor one with such characters in words', () => {
    for (const command of [
      'node server.js',
      'cd api && exec node server.js',
      'test -f x || node server.js',
      "node -e 'a | b & c'",
      'node -e "a | \\" & c"',
      'node server.js > log 2>&1',
      'node server.js &> log',
      'node server.js --filter=a\\|b',
      'PORT=$(cat port | head -1) node server.js',
      "'".repeat(4000),
      '"'.repeat(4001),
    ])
      assert.ok(!stays(command), command);
  });

  it('is named with its types in the push, but not a release phase', () => {
    const [note] = belowShell({ web: 'node . | cat', work: 'a & b', clock: 'node c.js', release: 'a | b' });
    assert.match(note!, /^web, work: .*passes no SIGTERM on.*`web: exec node server\.js`/);
    assert.deepEqual(belowShell({ release: 'a | b' }), []);
  });
});
