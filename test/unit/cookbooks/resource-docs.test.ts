import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkResources } from '../../../cookbooks/check-resources.js';
import type { Resource } from '../../../cookbooks/resource.js';
import { resourceExamples } from '../../../cookbooks/resource-examples.js';
import { compileProgram } from '../../../provisioner/converge/compile-program.js';
import { resourceKinds } from '../../../provisioner/converge/resource-compilers.js';
import { resourceDocs } from '../../support/source/resource-docs.js';
import { projectRoot } from '../../support/source/source-imports.js';

const path = join(projectRoot, 'docs', 'resources.md');

/** `npm run docs:resources` sets WRITE_DOCS and so writes the page. */
describe('docs/resources.md', () => {
  const text = resourceDocs();
  before(() => {
    if (process.env['WRITE_DOCS'] === '1') writeFileSync(path, text);
  });

  it('is what the code says; if not: npm run docs:resources', () => {
    assert.equal(readFileSync(path, 'utf8'), text);
  });

  it('has every kind, and says something of each of its properties', () => {
    assert.deepEqual([...text.matchAll(/^### (\w+)$/gm)].map(([, kind]) => kind).sort(), [...resourceKinds]);
    const silent = text.split('\n').filter((line) => /^\| `\w+` \|.*\|\s*\|$/.test(line));
    assert.deepEqual(silent, []);
  });

  for (const [kind, resource] of Object.entries(resourceExamples)) {
    it(`shows an example of ${kind} that can be compiled`, () => {
      assert.equal(resource.kind, kind);
      checkResources([resource]);
      // Alone here: without what it notifies, and without a cookbook that its template could lie in.
      const alone = {
        ...resource,
        notifies: [],
        subscribes: [],
        ...(resource.kind === 'template'
          ? { source: 'deis-firewall.service.njk', variables: { program: 'x', rules: 'y' } }
          : {}),
      } as Resource;
      compileProgram([alone], { generation: 1, whyRun: false });
    });
  }
});
