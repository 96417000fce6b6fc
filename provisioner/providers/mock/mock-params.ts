import { z } from 'zod';
import { parseParams } from '../../parse-params.js';

/** Calls that a mock can be told to fail. */
export const mockCalls = [
  'create-layer',
  'destroy-layer',
  'launch',
  'launch-after-id',
  'terminate',
  'list',
] as const;
export type MockCall = (typeof mockCalls)[number];

/** Annotated example of a mock flavor's params: schema, help text and docs at once. */
export const mockParamsExample = `# Milliseconds that a launch takes
latency: 0
# Fails one kind of call: create-layer, destroy-layer, launch (before there is a machine) or launch-after-id
# (when its id is known)
fail: launch
# Only for nodes whose name ends with this
fail_node: "-2"
`;

const schema = z.strictObject({
  latency: z.number('must be milliseconds from 0 to 600000').int().min(0).max(600_000).default(0),
  fail: z
    .enum(
      ['create-layer', 'destroy-layer', 'launch', 'launch-after-id'],
      'must be create-layer, destroy-layer, launch or launch-after-id',
    )
    .optional(),
  fail_node: z.string('must be the end of a node name').optional(),
});

export type MockParams = z.infer<typeof schema>;

/** The params of a flavor with defaults. @throws UserError naming the field and what to do */
export function parseMockParams(params: unknown): MockParams {
  return parseParams(schema, params);
}
