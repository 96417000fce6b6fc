import { z } from 'zod';
import { UserError } from '../../../cookbooks/errors.js';

/** Calls that a mock can be told to fail. */
export const mockCalls = ['create-layer', 'destroy-layer', 'launch', 'launch-after-id', 'terminate', 'list'] as const;
export type MockCall = (typeof mockCalls)[number];

/** Annotated example of a mock flavor's params: schema, help text and docs at once. */
export const mockParamsExample = `# Milliseconds that a launch takes
latency: 0
# Fails one kind of call: create-layer, destroy-layer, launch (before there is a machine) or launch-after-id (when its id is known)
fail: launch
# Only for nodes whose name ends with this
fail_node: "-2"
`;

const schema = z.strictObject({
  latency: z.number('must be milliseconds from 0 to 600000').int().min(0).max(600_000).default(0),
  fail: z.enum(['create-layer', 'destroy-layer', 'launch', 'launch-after-id'], 'must be create-layer, destroy-layer, launch or launch-after-id').optional(),
  fail_node: z.string('must be the end of a node name').optional(),
});

export type MockParams = z.infer<typeof schema>;

/** The params of a flavor with defaults. @throws UserError naming the field and what to do */
export function parseMockParams(params: unknown): MockParams {
  const parsed = schema.safeParse(params ?? {});
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : (issue?.path ?? []);
  const field = ['params', ...path].join('.');
  throw new UserError(`${field}: ${issue?.code === 'unrecognized_keys' ? 'no such param; there are latency, fail and fail_node' : issue?.message}`, { field });
}
