import { z } from 'zod';
import { expected, readJson, wrong } from './json/refuse-json.js';

const file = 'static.json';
const statuses = [301, 302, 303, 307, 308];
/** They say how an answer goes over the wire, which the server alone knows. */
const ownHeaders = new Set([
  'connection',
  'content-length',
  'date',
  'keep-alive',
  'trailer',
  'transfer-encoding',
]);

const folder = z
  .string(expected('a folder of the repository'))
  .refine(
    (path) => !path.startsWith('/') && !path.split('/').includes('..'),
    expected('a folder of the repository, e.g. "public"'),
  );
const yesOrNo = z.boolean(expected('true or false')).optional();
const path = z.string().regex(/^\//, expected('a path that begins with /, e.g. "/old/*"'));
const headerName = z
  .string()
  .regex(/^[!#$%&'*+.^_`|~\w-]{1,200}$/, expected('the name of a header'))
  .refine(
    (name) => !ownHeaders.has(name.toLowerCase()),
    expected('a header that the server does not set by itself'),
  );
const headerValue = z
  .union([z.string(), z.number(), z.boolean()], expected('a text'))
  .refine((value) => /^[\t\x20-\x7e\x80-\xff]*$/.test(String(value)), expected('a text without line breaks'));
const redirect = z.object(
  {
    url: z.string(expected('a URL')).min(1, expected('a URL')),
    status: z
      .int(expected('a status'))
      .refine((status) => statuses.includes(status), expected(`one of ${statuses.join(', ')}`))
      .optional(),
  },
  expected('an object with url'),
);
const schema = z.object({
  root: folder.optional(),
  clean_urls: yesOrNo,
  https_only: yesOrNo,
  error_page: z.string(expected('a file below the root')).nullish(),
  canonical_host: z.union([z.string(), z.literal(false)], expected('a host name')).optional(),
  encoding: z
    .string(expected('a character set'))
    .regex(/^[\w.:-]{1,40}$/, expected('a character set, e.g. "utf-8"'))
    .optional(),
  routes: z
    .record(path, z.string(expected('a file below the root')), expected('an object of paths'))
    .optional(),
  redirects: z.record(path, redirect, expected('an object of paths')).optional(),
  headers: z
    .record(
      path,
      z.record(headerName, headerValue, expected('an object of headers')),
      expected('an object of paths'),
    )
    .optional(),
  proxies: z.unknown().optional(),
  basic_auth: z.unknown().optional(),
  $schema: z.unknown().optional(),
});
const known = new Set(Object.keys(schema.shape));

/**
 * Checks a static.json as Heroku's static buildpack has it. @returns what it asks for and does not get, a sentence
 * @throws UserError that names line and key of what is wrong, and what is not served
 */
export function checkStaticJson(text: string): string[] {
  const settings = readJson(file, text, schema.loose());
  if (isAsked(settings.proxies))
    throw wrong(
      file,
      'proxies are not served here: let the browser ask the other app at its own address (it allows that with ' +
        'Access-Control-Allow-Origin), or push an app that passes requests on',
    );
  if (isAsked(settings.basic_auth))
    throw wrong(
      file,
      'basic_auth is not served here, and without it everybody could read the site: push an app that asks for a ' +
        'password, or remove the key',
    );
  const idle = Object.keys(settings).filter((key) => !known.has(key));
  return idle.length === 0
    ? []
    : [`static.json has keys that do nothing here: ${idle.slice(0, 5).join(', ').slice(0, 200)}`];
}

/** `false`, `null` and an empty object ask for nothing. */
function isAsked(value: unknown): boolean {
  return Boolean(value) && !(typeof value === 'object' && Object.keys(value!).length === 0);
}
