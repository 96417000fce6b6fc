import { z } from 'zod';
import { renderPeopleText } from '../../../../templates/render.js';
import { answersWith } from '../../http/answers.js';
import { forAnybody, type Endpoint } from '../endpoint.js';
import {
  openApiDocument,
  type DocumentedEndpoint,
  type OpenApiDocument,
  type Parameter,
} from './openapi-document.js';
import type { JsonSchema } from './json-schema.js';
import { ok } from '../reply.js';
import type { Route } from '../route.js';

/** The page loads nothing from anywhere and runs no script. */
const pageHeaders = {
  'Content-Security-Policy':
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; frame-ancestors 'none'",
};

/**
 * The URL table described: for programs (`openApi`) and for people (`docs`). `routes` is asked at the first
 * call, because they are among them.
 */
export function apiReference(routes: () => readonly Route[]): {
  readonly openApi: Endpoint;
  readonly docs: Endpoint;
} {
  let made: { readonly document: OpenApiDocument; readonly page: string } | undefined;
  const make = (version: string): NonNullable<typeof made> => {
    const document = openApiDocument(routes(), version);
    return { document, page: renderPeopleText('api-reference.hbs', referencePage(document)) };
  };
  return {
    openApi: forAnybody({
      summary: 'Describe this API (OpenAPI 3.1).',
      answers: answersWith(z.looseObject({ openapi: z.string() })),
      answer: async ({ parts }) => ok((made ??= make(parts.info().version)).document),
    }),
    docs: forAnybody({
      summary: 'Describe this API to people.',
      answers: {
        200: {
          description: 'A page that loads nothing else.',
          content: { type: 'text/html', schema: z.string() },
        },
      },
      answer: async ({ parts }) => ({
        status: 200,
        type: 'text/html',
        body: (made ??= make(parts.info().version)).page,
        headers: pageHeaders,
      }),
    }),
  };
}

/** What the template shows: plain lists of texts. */
export function referencePage(document: OpenApiDocument): object {
  const endpoints = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, endpoint]) => describe(method, path, endpoint)),
  );
  return {
    ...document.info,
    paragraphs: document.info.description.split('\n\n'),
    groups: document.tags.map(({ name }) => ({
      name,
      endpoints: endpoints.filter(({ tag }) => tag === name),
    })),
    schemas: Object.entries(document.components.schemas)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, schema]) => ({ name, fields: fieldsOf(schema) })),
  };
}

function describe(method: string, path: string, endpoint: DocumentedEndpoint) {
  return {
    id: endpoint.operationId,
    tag: endpoint.tags[0],
    method: method.toUpperCase(),
    path,
    summary: endpoint.summary,
    note: [endpoint.security === undefined ? '' : 'Needs no token.', endpoint.description ?? '']
      .filter((text) => text !== '')
      .join(' '),
    parameters: endpoint.parameters.filter((each) => each.in !== 'path').map(parameterField),
    body:
      endpoint.requestBody === undefined
        ? []
        : fieldsOf(endpoint.requestBody.content['application/json']!.schema),
    answers: Object.entries(endpoint.responses).flatMap(([status, answer]) =>
      '$ref' in answer
        ? []
        : [
            {
              status,
              text: answer.description,
              type: typeOf(Object.values(answer.content ?? {})[0]?.schema),
            },
          ],
    ),
    problems: Object.keys(endpoint.responses)
      .filter((status) => status !== 'default' && '$ref' in endpoint.responses[status]!)
      .join(', '),
  };
}

function parameterField({ name, in: place, required, description, schema }: Parameter) {
  return {
    name,
    type: typeOf(schema),
    required: required ? 'required' : place === 'header' ? 'header' : 'query',
    text: description ?? rulesOf(schema),
  };
}

function fieldsOf(schema: JsonSchema) {
  const required = schema.required ?? [];
  const fields = Object.entries(schema.properties ?? {}).map(([name, each]) => ({
    name,
    type: typeOf(each as JsonSchema),
    required: required.includes(name) ? 'required' : '',
    text: rulesOf(each as JsonSchema),
  }));
  const others = schema.additionalProperties;
  return typeof others === 'object'
    ? [...fields, { name: '(any name)', type: typeOf(others), required: '', text: rulesOf(others) }]
    : fields;
}

/** `string`, `string or null`, `Layer`, `list of string`, `one of a, b`. */
function typeOf(schema: JsonSchema | undefined): string {
  if (schema === undefined) return '';
  if (schema.$ref !== undefined) return schema.$ref.replace(/^.*\//, '');
  if (schema.enum !== undefined) return `one of ${schema.enum.join(', ')}`;
  if (schema.anyOf !== undefined) return schema.anyOf.map((each) => typeOf(each as JsonSchema)).join(' or ');
  if (schema.type === 'array') return `list of ${typeOf(schema.items as JsonSchema)}`;
  const results = schema.properties?.['results'];
  if (results !== undefined) return typeOf(results as JsonSchema).replace('list', 'page');
  return [schema.type ?? 'anything'].flat().join(' or ');
}

function rulesOf(schema: JsonSchema): string {
  const bounds = (
    ['minimum', 'maximum', 'minLength', 'maxLength', 'maxItems', 'pattern', 'format', 'default'] as const
  ).flatMap((rule) => (schema[rule] === undefined ? [] : [`${rule} ${String(schema[rule])}`]));
  return [schema.description ?? '', bounds.join(', ')].filter((text) => text !== '').join(' ');
}
