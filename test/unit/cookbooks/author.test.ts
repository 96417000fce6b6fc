import assert from 'node:assert/strict';
import { join } from 'node:path';
import ts from 'typescript';
import * as author from '../../../cookbooks/author.js';
import { resourceKinds } from '../../../provisioner/converge/resource-compilers.js';
import { projectRoot } from '../../support/source/source-imports.js';

describe('what cookbooks of an operator import', () => {
  it('has a constructor for every kind', () => {
    const made = Object.values(author).flatMap((value) =>
      typeof value === 'function' && value.length === 2 && value !== author.UserError
        ? [(value as (name: string, properties: object) => { kind?: string })('x', {}).kind]
        : [],
    );
    assert.deepEqual(made.filter((kind) => kind !== undefined).sort(), [...resourceKinds]);
  });

  it('checks the example cookbooks by its types', () => {
    const { config } = ts.readConfigFile(
      join(projectRoot, 'examples', 'cookbooks', 'tsconfig.json'),
      (path) => ts.sys.readFile(path),
    ) as { config: unknown };
    const { options, fileNames } = ts.parseJsonConfigFileContent(
      config,
      ts.sys,
      join(projectRoot, 'examples', 'cookbooks'),
    );
    const program = ts.createProgram(fileNames, {
      ...options,
      paths: { 'deis-classic/cookbook': [join(projectRoot, 'cookbooks', 'author.ts')] },
    });
    const problems = ts
      .getPreEmitDiagnostics(program)
      .map((problem) => ts.flattenDiagnosticMessageText(problem.messageText, '\n'));
    assert.deepEqual(problems, []);
    assert.ok(fileNames.some((name) => name.endsWith('mydb/recipes/server.ts')));
  }).timeout(30_000);
});
