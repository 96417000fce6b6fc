import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import openapiTs, { astToString, type OpenAPI3 } from 'openapi-typescript';
import { openApiDocument } from '../../../../server/api/endpoint/document/openapi-document.js';
import { routes } from '../../../../server/api/router.js';
import { projectRoot } from '../../../support/source/source-imports.js';

const path = join(projectRoot, 'dashboard', 'api', 'schema.d.ts');
const head = '// The types of /api/openapi.json, written by `npm run dashboard:types`. Do not edit.\n';

describe('the types of the API that the dashboard uses', function () {
  this.timeout(20_000);

  it('are those of its document: `npm run dashboard:types` writes them', async () => {
    // As it is sent: a program that reads it has no more than that.
    const document = JSON.parse(JSON.stringify(openApiDocument(routes, '0.0.0'))) as OpenAPI3;
    const types = head + astToString(await openapiTs(document, { alphabetize: true, silent: true }));
    if (process.env['WRITE_DOCS'] !== undefined) writeFileSync(path, types);
    assert.equal(readFileSync(path, 'utf8'), types);
  });
});
