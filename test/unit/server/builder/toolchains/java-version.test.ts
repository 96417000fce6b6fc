import assert from 'node:assert/strict';
import { UserError } from '../../../../../base/errors.js';
import {
  chooseJavaVersion,
  javaVersionOf,
  mavenVersionOf,
} from '../../../../../server/builder/toolchains/java-version.js';

const refused = (act: () => unknown, message: RegExp): void => {
  assert.throws(act, (error) => error instanceof UserError && message.test(error.message));
};

describe('the Java of an app', () => {
  it('is the line that system.properties asks for', () => {
    for (const [text, line] of [
      ['', '*'],
      ['java.runtime.version=17', '17'],
      ['# ours\r\njava.runtime.version = 17.0.9\r\n', '17'],
      ['java.runtime.version: 1.8.0', '8'],
      ['java.runtime.version=zulu-21.0.1', '21'],
      ['java.runtime.version=11\njava.runtime.version=25\n', '25'],
      ['\uFEFFjava.runtime.version=17\nmaven.version=3.9.6', '17'],
      ['#java.runtime.version=11', '*'],
      ['java.runtime.version=', '*'],
    ] as const)
      assert.equal(javaVersionOf(text), line, text);
    for (const text of ['latest', '17; rm', '-1', `${'1'.repeat(1024 ** 2)}`])
      refused(
        () => javaVersionOf(`java.runtime.version=${text}`),
        /is not a valid version of Java: expected e\.g\. 17/,
      );
  });

  it('is one of those that Debian has, else refused with their list', () => {
    assert.equal(chooseJavaVersion('*', 'bookworm'), '17');
    assert.equal(chooseJavaVersion('*', 'trixie'), '21');
    assert.equal(chooseJavaVersion('25', 'trixie'), '25');
    refused(
      () => chooseJavaVersion('21', 'bookworm'),
      /Java 21, which .*, cannot be had: expected 17 on bookworm \(an operator has it with DEIS_SUITE=trixie\)$/,
    );
    refused(() => chooseJavaVersion('8', 'trixie'), /Java 8, .*: expected 21 or 25 on trixie$/);
  });

  it('is built by the Maven that it names', () => {
    assert.equal(mavenVersionOf('java.runtime.version=17'), '*');
    assert.equal(mavenVersionOf('maven.version=3.8.8'), '3.8.8');
    for (const text of ['4.0.0', '3.9', '../3.9.9'])
      refused(() => mavenVersionOf(`maven.version=${text}`), /is not a version of Maven that can be had/);
  });
});
