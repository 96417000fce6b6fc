import assert from 'node:assert/strict';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { Response } from 'supertest';
import {
  openApiDocument,
  type DocumentedAnswer,
  type DocumentedEndpoint,
} from '../../../server/api/endpoint/document/openapi-document.js';
import type { JsonSchema } from '../../../server/api/endpoint/document/json-schema.js';
import { routes } from '../../../server/api/router.js';

const document = openApiDocument(routes, '0.0.0');
const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
ajv.addSchema({ $id: 'api', components: closed(document.components) as object });

/**
 * Checks an answer against the OpenAPI document: its status, its type, its members, none of them
 * undocumented. A path that is none is not looked at.
 */
export function assertDocumented(method: string, url: string, response: Response): void {
  const endpoint = endpointOf(method, new URL(url, 'http://controller').pathname);
  if (endpoint === undefined) return;
  const at = `${method} ${url} answers ${response.status}`;
  const answer =
    endpoint.responses[String(response.status)] ??
    (response.status >= 400 ? endpoint.responses['default'] : undefined);
  if (response.status === 304) return;
  assert.ok(answer !== undefined, `${at}, which openapi.json does not know`);
  const { content = {} } =
    '$ref' in answer ? (document.components.responses['Problem'] as DocumentedAnswer) : answer;
  const type = String(response.headers['content-type'] ?? '').split(';')[0]!;
  assert.deepEqual(
    type === '' ? [] : [type],
    Object.keys(content),
    `${at} with a type that openapi.json does not know`,
  );
  if (type.endsWith('json') && method !== 'HEAD') assertMatches(content[type]!.schema, response.body, at);
}

function endpointOf(method: string, path: string): DocumentedEndpoint | undefined {
  const matches = Object.entries(document.paths).filter(([each]) =>
    new RegExp(`^${each.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}$`).test(path),
  );
  // Of `rollback` and `{version}` the first is meant, as in the URL table.
  return matches
    .map(([, item]) => item[method.toLowerCase() as 'get'])
    .find((endpoint) => endpoint !== undefined);
}

function assertMatches(schema: JsonSchema, body: unknown, at: string): void {
  const validate = ajv.compile({
    ...(JSON.parse(
      JSON.stringify(closed(schema)).replaceAll('"#/components/', '"api#/components/'),
    ) as object),
  });
  assert.ok(validate(body), `${at}: ${ajv.errorsText(validate.errors)} in ${JSON.stringify(body)}`);
}

/** The schemas with every object closed: clients ignore members that they do not know, tests do not. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const members = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  return 'properties' in members && !('additionalProperties' in members)
    ? { ...members, additionalProperties: false }
    : members;
}
