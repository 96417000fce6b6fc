import { z } from 'zod';
import { maxProcessTypes, wrongProcessType } from '../../formation/requests/process-types/process-type.js';
import { expected, readJson, wrong } from './json/refuse-json.js';

const file = 'app.json';
const maxKib = 64;
const maxVariables = 100;
const maxCount = 100;
const maxBuildpacks = 12;

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
const command = z
  .string(expected('a command'))
  .trim()
  .min(1, expected('a command'))
  .refine((text) => !text.includes('\0'), expected('a command'));
const postdeploy = z.union(
  [
    command.transform((text) => ({ command: text, size: undefined })),
    z.object({ command, size: z.unknown().optional() }),
  ],
  expected('a command'),
);
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
          size: z.unknown().optional(),
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
  scripts: z
    .object(
      { postdeploy: postdeploy.optional(), 'pr-predestroy': z.unknown().optional() },
      expected('an object of scripts'),
    )
    .optional(),
  addons: z.unknown().optional(),
  stack: z.unknown().optional(),
  image: z.unknown().optional(),
  environments: z.unknown().optional(),
});
type Manifest = z.output<typeof schema>;

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
  /** For a shell: runs once, after the first deploy. */
  readonly postdeploy?: string;
  /** What it asks for and does not get, in a sentence each. */
  readonly notes: readonly string[];
}

/**
 * Reads an app.json as Heroku documents it; keys that are not known here are passed over. @throws UserError
 * that names line and key of what is wrong
 */
export function parseAppJson(text: string): AppManifest {
  if (Buffer.byteLength(text) > maxKib * 1024) throw wrong(file, `expected at most ${maxKib} KiB`);
  const data = readJson(file, text, schema);
  return {
    env: data.env,
    counts: Object.fromEntries(
      Object.entries(data.formation).map(([type, { quantity }]) => [type, quantity]),
    ),
    buildpacks: data.buildpacks.map(({ url }) => url),
    ...(data.scripts?.postdeploy === undefined ? {} : { postdeploy: data.scripts.postdeploy.command }),
    notes: notesOf(data),
  };
}

function notesOf(data: Manifest): string[] {
  const { scripts = {}, formation, addons } = data;
  const idle = [
    ...(['stack', 'image', 'environments'] as const).filter((key) => data[key] !== undefined),
    ...Object.entries(formation).flatMap(([type, { size }]) =>
      size === undefined ? [] : [`formation.${type}.size`],
    ),
    ...(scripts.postdeploy?.size === undefined ? [] : ['scripts.postdeploy.size']),
    ...(scripts['pr-predestroy'] === undefined ? [] : ['scripts.pr-predestroy']),
  ];
  return [
    ...(isEmpty(addons)
      ? []
      : ['addons of app.json are not made here: set their addresses with `deis config:set`']),
    ...(idle.length === 0 ? [] : [`app.json has keys that do nothing here: ${shortList(idle)}`]),
  ];
}

const maxShown = 5;

function shortList(names: readonly string[]): string {
  const more = names.length - maxShown;
  return [...names.slice(0, maxShown), ...(more > 0 ? [`${more} more`] : [])].join(', ');
}

function isEmpty(value: unknown): boolean {
  return value === undefined || (Array.isArray(value) && value.length === 0);
}
