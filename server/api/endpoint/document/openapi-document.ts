import { leastRole, type MemberRole } from '../../../formation/sharing/roles.js';
import type { DescribedAnswer } from '../../http/answers.js';
import type { Endpoint } from '../endpoint.js';
import { nothing } from '../endpoint-call.js';
import { problemSchema } from '../../http/problem.js';
import { inputSchema, outputSchema, toSchema, type JsonSchema } from './json-schema.js';
import type { Method, Route } from '../route.js';

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly description?: string;
  readonly schema: JsonSchema;
}

export interface DocumentedAnswer {
  readonly description: string;
  readonly content?: Readonly<Record<string, { readonly schema: JsonSchema }>>;
}

export interface DocumentedEndpoint {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description?: string;
  /** Empty: no token needed. */
  readonly security?: readonly [];
  readonly parameters: readonly Parameter[];
  readonly requestBody?: {
    readonly required: boolean;
    readonly content: Readonly<Record<string, { readonly schema: JsonSchema }>>;
  };
  readonly responses: Readonly<Record<string, DocumentedAnswer | { readonly $ref: string }>>;
}

type PathItem = Partial<Record<Lowercase<Method>, DocumentedEndpoint>>;

export interface OpenApiDocument {
  readonly openapi: '3.1.1';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly servers: readonly { readonly url: string }[];
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, PathItem>>;
  readonly components: {
    readonly securitySchemes: Readonly<Record<string, object>>;
    readonly responses: Readonly<Record<string, DocumentedAnswer>>;
    readonly schemas: Record<string, JsonSchema>;
  };
}

const description = [
  'Lists answer `{count, next, previous, results}`; `next` and `previous` are paths. Fields that hold ' +
    'structures take an object, or the same as a JSON string.',
  "Errors are problem details (RFC 9457). What is somebody else's is 404, as if it were not there.",
  'Long actions wait 25 s for the end of their operation, not at all with `Prefer: respond-async`, and ' +
    'then answer 202; its events stream from `/api/operations/{operation}/events`.',
  'GET answers carry an `ETag`; `If-None-Match` spares the body of what has not changed. Every answer ' +
    'has an `X-Request-Id`. Answers may gain members: ignore those that you do not know.',
].join('\n\n');

/** The OpenAPI 3.1 document of a URL table: what the endpoints declare, nothing besides. */
export function openApiDocument(routes: readonly Route[], version: string): OpenApiDocument {
  const schemas: Record<string, JsonSchema> = {};
  const paths: Record<string, PathItem> = {};
  for (const [method, path, endpoint] of routes) {
    const name = path.replace(/:(\w+)/g, '{$1}');
    paths[name] = { ...paths[name], [method.toLowerCase()]: documented(method, path, endpoint, schemas) };
  }
  const problem = { 'application/problem+json': { schema: outputSchema(problemSchema, schemas) } };
  return {
    openapi: '3.1.1',
    info: { title: 'Deis Classic', version, description },
    servers: [{ url: '/' }],
    security: [{ token: [] }, { bearer: [] }, { session: [] }],
    tags: [...new Set(routes.map(([, path]) => tagOf(path)))].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: {
        token: {
          type: 'apiKey',
          in: 'header',
          name: 'Authorization',
          description: '`Authorization: token TOKEN`',
        },
        bearer: { type: 'http', scheme: 'bearer' },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: '__Host-deis-session',
          description:
            'Of a browser, from `POST /api/sessions`; `deis-session` over plain HTTP. Changes also need the header ' +
            '`X-Deis-CSRF: 1` and an Origin of this host.',
        },
      },
      responses: {
        Problem: { description: 'It was not done; the problem details say why.', content: problem },
      },
      schemas,
    },
  };
}

/** What a path is about: `layers` of `/api/formations/:formation/layers/:layer`. */
export function tagOf(path: string): string {
  const words = path.split('/').filter((word) => word !== '' && word !== 'api');
  if (words[0] === 'formations') return words[2] ?? 'formations';
  return words.length === 1 && ['health', 'info', 'docs', 'openapi.json'].includes(words[0]!)
    ? 'controller'
    : words[0]!;
}

function documented(
  method: Method,
  path: string,
  endpoint: Endpoint,
  schemas: Record<string, JsonSchema>,
): DocumentedEndpoint {
  return {
    operationId: [
      method.toLowerCase(),
      ...path.split(/[^A-Za-z0-9]+/).filter((word) => word !== '' && word !== 'api'),
    ].join('_'),
    tags: [tagOf(path)],
    summary: endpoint.summary,
    ...(endpoint.access === 'open' ? { security: [] as const } : {}),
    ...(endpoint.access === 'admin' ? { description: 'For platform admins.' } : {}),
    ...(endpoint.may === undefined ? {} : { description: whoMay(leastRole[endpoint.may]) }),
    parameters: [...pathParameters(path), ...queryParameters(endpoint), ...headerParameters(endpoint)],
    ...(endpoint.body === nothing
      ? {}
      : {
          requestBody: {
            required: !endpoint.body.safeParse({}).success,
            content: { 'application/json': { schema: inputSchema(endpoint.body) } },
          },
        }),
    responses: {
      ...Object.fromEntries(
        Object.entries(endpoint.answers).map(([status, answer]) => [
          status,
          documentedAnswer(answer, schemas),
        ]),
      ),
      ...problems(path, endpoint),
    },
  };
}

function whoMay(role: MemberRole): string {
  return role === 'owner'
    ? 'For the owner.'
    : `For everybody whose role in the formation is ${role} or more.`;
}

function pathParameters(path: string): Parameter[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
}

function queryParameters({ query }: Endpoint): Parameter[] {
  // The output side, because numbers come as text and are bounded only once they are numbers; what may be
  // left out only the input side knows.
  const { properties = {} } = toSchema(query, 'output');
  const required = toSchema(query, 'input').required ?? [];
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema: schema as JsonSchema,
  }));
}

function headerParameters({ headers, answers }: Endpoint): Parameter[] {
  const listened = {
    ...(202 in answers ? { Prefer: '`respond-async`: answer at once with the operation, 202.' } : {}),
    ...headers,
  };
  return Object.entries(listened).map(([name, meaning]) => ({
    name,
    in: 'header',
    required: false,
    description: meaning,
    schema: { type: 'string' },
  }));
}

function documentedAnswer(
  { description: text, content }: DescribedAnswer,
  schemas: Record<string, JsonSchema>,
): DocumentedAnswer {
  return {
    description: text,
    ...(content ? { content: { [content.type]: { schema: outputSchema(content.schema, schemas) } } } : {}),
  };
}

function problems(path: string, { access, body, headers, may }: Endpoint): Record<string, { $ref: string }> {
  const statuses = [
    400,
    ...(access === 'open' ? [] : [401]),
    ...(access === 'admin' || may !== undefined ? [403] : []),
    ...(path.includes(':') ? [404] : []),
    ...('If-Match' in headers ? [412] : []),
    ...(body === nothing ? [] : [413, 415]),
    'default',
  ];
  return Object.fromEntries(
    statuses.map((status) => [String(status), { $ref: '#/components/responses/Problem' }]),
  );
}
