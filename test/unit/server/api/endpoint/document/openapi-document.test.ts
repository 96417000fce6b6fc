import assert from 'node:assert/strict';
import { Validator } from '@seriousme/openapi-schema-validator';
import { z } from 'zod';
import { answersCreated, answersPageOf } from '../../../../../../server/api/http/answers.js';
import { forFormation } from '../../../../../../server/api/endpoint/endpoint.js';
import { openApiDocument } from '../../../../../../server/api/endpoint/document/openapi-document.js';
import { pageQuery } from '../../../../../../server/api/endpoint/page.js';
import { referencePage } from '../../../../../../server/api/endpoint/document/reference.js';
import { routes } from '../../../../../../server/api/router.js';
import { structure } from '../../../../../../server/api/http/input/json-field.js';
import { renderPeopleText } from '../../../../../../templates/render.js';

describe('the OpenAPI document', () => {
  const document = openApiDocument(routes, '1.2.3');
  const text = JSON.stringify(document);

  it('is valid OpenAPI 3.1', async () => {
    const { valid, errors } = await new Validator().validate(JSON.parse(text) as Record<string, unknown>);
    assert.ok(valid, JSON.stringify(errors));
  });

  it('describes every route: a sentence, an answer, a name of its own', () => {
    const endpoints = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, endpoint]) => ({ at: `${method} ${path}`, endpoint })),
    );
    assert.deepEqual(
      endpoints.map(({ at }) => at).sort(),
      routes.map(([method, path]) => `${method.toLowerCase()} ${path.replace(/:(\w+)/g, '{$1}')}`).sort(),
    );
    for (const { at, endpoint } of endpoints) {
      assert.match(endpoint.summary, /^[A-Z].*\.$/, at);
      assert.ok(
        Object.keys(endpoint.responses).some((status) => /^(101|2\d\d)$/.test(status)),
        at,
      );
    }
    assert.equal(new Set(endpoints.map(({ endpoint }) => endpoint.operationId)).size, endpoints.length);
  });

  it('has every schema that it refers to', () => {
    for (const [, name] of text.matchAll(/"#\/components\/(\w+\/\w+)"/g)) {
      const [kind, id] = name!.split('/') as ['schemas' | 'responses', string];
      assert.ok(Object.hasOwn(document.components[kind], id), name);
    }
    assert.doesNotMatch(text, /\$defs/);
  });

  it('says what goes in, what comes out, and which problems there may be', () => {
    const thing = z.object({ id: z.string(), at: z.iso.datetime().nullable() }).meta({ id: 'Thing' });
    const list = forFormation({
      may: 'see',
      summary: 'List.',
      query: pageQuery,
      answers: answersPageOf(thing),
      answer: async () => undefined,
    });
    const create = forFormation({
      may: 'see',
      summary: 'Make.',
      body: z.strictObject({ id: z.string(), extra: structure(z.record(z.string(), z.int())).optional() }),
      answers: answersCreated(thing),
      headers: { 'If-Match': 'As it was.' },
      answer: async () => undefined,
    });
    const made = openApiDocument(
      [
        ['GET', '/api/formations/:formation/things', list],
        ['POST', '/api/formations/:formation/things', create],
      ],
      '1',
    );
    const { get, post } = made.paths['/api/formations/{formation}/things']!;
    assert.deepEqual(
      get!.parameters.map(({ name, in: place, required }) => [name, place, required]),
      [
        ['formation', 'path', true],
        ['limit', 'query', false],
        ['cursor', 'query', false],
      ],
    );
    assert.deepEqual([get!.parameters[1]!.schema.minimum, get!.parameters[1]!.schema.maximum], [1, 1000]);
    assert.deepEqual(post!.requestBody!.content['application/json']!.schema, {
      type: 'object',
      properties: {
        id: { type: 'string' },
        extra: { type: 'object', additionalProperties: { type: 'integer' } },
      },
      required: ['id'],
      additionalProperties: false,
    });
    assert.deepEqual(Object.keys(post!.responses), [
      '201',
      '400',
      '401',
      '403',
      '404',
      '412',
      '413',
      '415',
      'default',
    ]);
    assert.deepEqual(made.components.schemas['Thing'], {
      type: 'object',
      properties: {
        id: { type: 'string' },
        at: { anyOf: [{ type: 'string', format: 'date-time' }, { type: 'null' }] },
      },
      required: ['id', 'at'],
    });
    assert.equal(get!.tags[0], 'things');
  });

  it('is a page for people, with everything escaped and nothing loaded from elsewhere', () => {
    const page = renderPeopleText('api-reference.hbs', referencePage(openApiDocument(routes, '<b>1</b>')));
    assert.match(page, /POST<\/span> \/api\/formations\/\{formation\}\/scale\/layers/);
    assert.match(page, /&lt;b&gt;1&lt;/);
    assert.match(page, /<td>page of Layer<\/td>/);
    assert.doesNotMatch(page, /<script|src=|<link|@import|url\(/);
  });
});
