import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { Secret } from '../../../../base/secret.js';
import {
  argumentProgram,
  inputProgram,
  programText,
} from '../../../../provisioner/node-commands/node-program.js';

const room = new URL('../../../../provisioner/node-commands/', import.meta.url);
const scripts = readdirSync(room).filter((name) => name.endsWith('.sh'));

const textOf = (...words: string[]): string => {
  const { stdin } = inputProgram(['one-off-stop.sh'], words);
  assert.ok(stdin instanceof Secret);
  return stdin.reveal();
};
/** What the program makes of its words: docker is a function that prints them. */
const seen = (input: string): string =>
  spawnSync('sh', { input: `docker() { printf '%s\\0' "$@" >&3; }\nexec 3>&1\n${input}`, encoding: 'utf8' })
    .stdout;

describe('a program for a node', () => {
  it('is given its words as they are, whatever they hold', () => {
    const word = fc
      .string({ unit: 'binary', maxLength: 30 })
      .filter((text) => !/[\0\uD800-\uDFFF]/.test(text));
    fc.assert(
      fc.property(word, word, (name, seconds) =>
        assert.equal(
          seen(textOf(name, seconds, '')),
          ['stop', '-t', seconds, name, 'rm', '-fv', name].map((each) => `${each}\0`).join(''),
        ),
      ),
      { numRuns: 30 },
    );
  });

  it('does nothing when it was cut off anywhere', () => {
    const whole = textOf('app-run-1', '10', '').trimEnd();
    assert.notEqual(seen(whole), '');
    for (let length = 0; length < whole.length; length += 1)
      assert.equal(seen(whole.slice(0, length)), '', `after ${length} characters`);
  });

  it('has its words in no text, when they are arguments', () => {
    const { command } = argumentProgram(['one-off-stop.sh'], ["it's $HOME", '10', '']);
    assert.deepEqual(command.slice(0, 4), ['sudo', '-n', 'sh', '-c']);
    assert.deepEqual(command.slice(-3), ["it's $HOME", '10', '']);
    assert.ok(!command[4]!.includes('HOME'));
  });

  it('is sh, or bash where its first line says so, without comments, each file of the room', () => {
    assert.ok(scripts.length >= 8);
    for (const name of scripts) {
      const text = programText([name]);
      assert.doesNotMatch(text, /^ *#/m);
      const shell = readFileSync(new URL(name, room), 'utf8').startsWith('#!/bin/bash\n') ? 'bash' : 'sh';
      assert.equal(spawnSync(shell, ['-n'], { input: text }).status, 0, name);
    }
  });
});
