import { z } from 'zod';
import { messageOf, UserError } from '../../../base/errors.js';
import { maxProcessTypes, wrongProcessType } from '../../formation/requests/process-type.js';
import { lineOf, lineOfSyntaxError } from './json-lines.js';

const file = 'app.json';
const maxKib = 64;
const maxVariables = 100;
const maxCount = 100;
const maxBuildpacks = 12;

const expected = (what: string) => ({ error: `expected ${what}` });
const variable = z.union(
  [
    z.string().transform((value) => ({ value, required: true, generator: undefined })),
    z
      .object({
        value: z.string(expected('a text')).optional(),
        required: z.boolean(expected('true or false')).default(true),
        generator: z.literal('secret', expected('"secret"')).optional(),
      })
      .transform(({ value, required, generator }) => ({ value, required, generator })),
  ],
  expected('a text, or an object with value, generator or required'),
);
const processType = z.string().superRefine((type, context) => {
  const problem = wrongProcessType(type);
  if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
});
const schema = z.object({
  env: z
    .record(z.string(), variable, expected('an object of variables'))
    .refine((env) => Object.keys(env).length <= maxVariables, expected(`at most ${maxVariables} variables`))
    .default({}),
  formation: z
    .record(
      processType,
      z.object(
        {
          quantity: z
            .int(expected('a whole number'))
            .min(0, expected('a number from 0 up'))
            .max(maxCount, expected(`at most ${maxCount}`))
            .default(1),
        },
        expected('an object with quantity'),
      ),
      expected('an object of process types'),
    )
    .refine(
      (types) => Object.keys(types).length <= maxProcessTypes,
      expected(`at most ${maxProcessTypes} types`),
    )
    .default({}),
  buildpacks: z
    .array(
      z.object({ url: z.string(expected('a name or a URL')) }, expected('an object with url')),
      expected('a list of buildpacks'),
    )
    .max(maxBuildpacks, expected(`at most ${maxBuildpacks} buildpacks`))
    .default([]),
  scripts: z.object({ postdeploy: z.unknown().optional() }, expected('an object of scripts')).optional(),
  addons: z.unknown().optional(),
});

/** What an app.json says, as far as it is heeded here. */
export interface AppManifest {
  readonly env: Readonly<
    Record<
      string,
      {
        readonly value?: string | undefined;
        readonly generator?: 'secret' | undefined;
        readonly required: boolean;
      }
    >
  >;
  /** Process type -> containers of the first deploy. */
  readonly counts: Readonly<Record<string, number>>;
  readonly buildpacks: readonly string[];
  /** What it asks for and does not get, in a sentence each. */
  readonly notes: readonly string[];
}

/**
 * Reads an app.json as Heroku documents it; keys that are not known here are passed over. @throws UserError
 * that names line and key of what is wrong
 */
export function parseAppJson(source: string): AppManifest {
  const text = source.replace(/^\uFEFF/, '');
  if (Buffer.byteLength(text) > maxKib * 1024) throw wrong(`expected at most ${maxKib} KiB`);
  const { success, data, error } = schema.safeParse(parsed(text), { reportInput: false });
  if (!success) throw wrongAt(text, error);
  return {
    env: data.env,
    counts: Object.fromEntries(
      Object.entries(data.formation).map(([type, { quantity }]) => [type, quantity]),
    ),
    buildpacks: data.buildpacks.map(({ url }) => url),
    notes: [
      ...(data.scripts?.postdeploy === undefined
        ? []
        : [
            'scripts.postdeploy of app.json is not run here: run it yourself with `deis run` when the app is live',
          ]),
      ...(isEmpty(data.addons)
        ? []
        : ['addons of app.json are not made here: set their addresses with `deis config:set`']),
    ],
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    const message = messageOf(cause);
    const reason = message.replace(/,? in JSON at position.*$|\s*\(line.*$/s, '').slice(0, 120);
    throw wrong(`line ${lineOfSyntaxError(text, message)}: it is not valid JSON: ${reason}`);
  }
}

/** The first of what is wrong: of several forms that a value may have, what is wrong deepest within. */
function wrongAt(text: string, error: z.ZodError): UserError {
  let issue: z.core.$ZodIssue = error.issues[0]!;
  const path = [...issue.path];
  while (issue.code === 'invalid_union') {
    const within = issue.errors.map(([first]) => first!).find((each) => each.path.length > 0);
    if (within === undefined) break;
    issue = within;
    path.push(...issue.path);
  }
  const keys = path.filter((key): key is string | number => typeof key !== 'symbol');
  const line = lineOf(text, keys);
  const place = [
    ...(line === undefined ? [] : [`line ${line}`]),
    ...(keys.length === 0 ? [] : [shownPath(keys)]),
  ];
  return wrong([...place, reasonOf(issue)].join(': '));
}

function reasonOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_key') return issue.issues[0]?.message ?? issue.message;
  return issue.path.length === 0 &&
    issue.code === 'invalid_type' &&
    issue.expected === 'object' &&
    !/^expected/.test(issue.message)
    ? 'expected an object'
    : issue.message;
}

function shownPath(keys: readonly (string | number)[]): string {
  return keys.map((key) => String(key).slice(0, 60)).join('.');
}

function isEmpty(value: unknown): boolean {
  return value === undefined || (Array.isArray(value) && value.length === 0);
}

function wrong(message: string): UserError {
  return new UserError(`${file}: ${message}`, { field: file });
}
