import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { productFolders, projectRoot, sourceFiles } from '../support/source/source-imports.js';

const productImports = new Set(
  productFolders.flatMap((folder) => sourceFiles(folder)).flatMap((file) => file.imports),
);

describe('what the project was given', () => {
  for (const name of [
    'ssh2',
    'node-ssh',
    'knex',
    'pg',
    'express',
    'passport',
    '@aws-sdk/client-ec2',
    'handlebars',
    'nunjucks',
  ]) {
    it(`product code imports ${name}`, () => {
      assert.ok(productImports.has(name));
    });
  }

  it('mocha runs the tests', () => {
    assert.ok(existsSync(join(projectRoot, '.mocharc.json')));
    assert.equal(typeof describe, 'function');
  });

  for (const entry of [
    'server',
    'provisioner',
    'cookbooks',
    'templates',
    'cli',
    'test',
    'package.json',
    'knexfile.ts',
    'tsconfig.json',
    'README.md',
  ]) {
    it(`the top level holds ${entry}`, () => {
      assert.ok(existsSync(join(projectRoot, entry)));
    });
  }
});
