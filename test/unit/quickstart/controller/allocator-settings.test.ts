import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { allocatorSettings } from '../../../../quickstart/controller/allocator-settings.js';
import { projectRoot } from '../../../support/source/source-imports.js';

describe('how a controller gets its memory', () => {
  for (const path of ['docs/operating.md', 'templates/node/plane-controller.service.njk'])
    it(`is said by the unit in ${path}, too`, () => {
      const [, said = ''] =
        /^ *Environment=(MALLOC_.*)$/m.exec(readFileSync(join(projectRoot, path), 'utf8')) ?? [];
      assert.deepEqual(
        said.split(' '),
        Object.entries(allocatorSettings).map(([name, value]) => `${name}=${value}`),
      );
    });
});
