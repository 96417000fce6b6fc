import { z } from 'zod';

export type JsonSchema = z.core.JSONSchema.BaseSchema;

/** Of what is asked. */
export function inputSchema(schema: z.ZodType): JsonSchema {
  return toSchema(schema, 'input');
}

/** With the schemas that have an id moved to the document's components. */
export function outputSchema(schema: z.ZodType, components: Record<string, JsonSchema>): JsonSchema {
  const { $defs, ...rest } = toSchema(schema, 'output');
  for (const [id, definition] of Object.entries($defs ?? {})) components[id] = referring(definition);
  return referring(rest);
}

function referring(schema: JsonSchema): JsonSchema {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/')) as JsonSchema;
}

/** As zod says it, without what tells a reader nothing. */
export function toSchema(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const made: JsonSchema = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    override: ({ jsonSchema }) => tidy(jsonSchema, io),
  });
  delete made.$schema;
  return made;
}

/** Zod's own limits tell a reader nothing; and clients must not refuse answers that have gained a member. */
function tidy(schema: JsonSchema, io: 'input' | 'output'): void {
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.format !== undefined) delete schema.pattern;
  if (JSON.stringify(schema.propertyNames) === '{"type":"string"}') delete schema.propertyNames;
  if (io === 'output' && schema.additionalProperties === false) delete schema.additionalProperties;
}
