import assert from 'node:assert/strict';
import { isShell, shellInTexts } from '../support/source/shell-in-texts.js';
import { sourceFiles } from '../support/source/source-imports.js';

describe('programs for a shell', () => {
  it('stand in .sh files, which shellcheck reads, and in no text of server/', () => {
    assert.deepEqual(
      sourceFiles('server').flatMap(({ path }) => shellInTexts(path)),
      [],
    );
  });

  it('are known by their forms', () => {
    const programs = [
      'docker stop -t "$2" "$1"',
      'remove() { docker rm -f word >/dev/null 2>&1; }',
      "trap 'exit 129' HUP INT TERM PIPE",
      'set -eu\nmake it',
      'while read -r line; do echo "$line"; done',
      'answer=$(curl -sS word) || exit 125',
      'grep -a word | tail -n 5',
      'sudo -n docker logs word',
    ];
    for (const program of programs) assert.ok(isShell(program), program);
    const prose = [
      'scale it up with `deis scale web=1` first',
      'select * from runs where id = $1 || $2',
      'nodes on a docker host | proxies',
      'run `docker ps` on the host, or set -1 for none',
    ];
    for (const text of prose) assert.ok(!isShell(text), text);
  });

  it('are found in every kind of text, and behind sh -c', () => {
    const source = [
      'const a = `docker rm -f ${name} >/dev/null`;',
      "exec(['sh', '-c', 'echo held', 'x']);",
      "spawn('bash', '-c', `ls ${folder}`);",
      "const b = 'docker start ' + name + ' 2>&1';",
      "exec(['sh', '-c', command]);",
    ].join('\n');
    assert.deepEqual(shellInTexts('x.ts', source), ['x.ts:1', 'x.ts:2', 'x.ts:3', 'x.ts:4']);
  });
});
