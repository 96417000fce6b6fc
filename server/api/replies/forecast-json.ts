import { z } from 'zod';
import type { Forecast } from '../../formation/why-run.js';

const nodeForecastSchema = z
  .object({
    node: z.string(),
    layer: z.string(),
    outcome: z
      .enum(['in-sync', 'drifted', 'unknown'])
      .describe('`unknown`: it could not be looked at, or only in part; `error` says why.'),
    changes: z
      .array(
        z.object({
          resource: z.string(),
          diff: z.string().optional().describe('Absent where it holds what is secret.'),
        }),
      )
      .describe('What a converge would change there, in its order.'),
    error: z.string().nullable(),
  })
  .meta({ id: 'NodeForecast' });

/** What an operation of kind `why-run` results in, as the domain writes it. */
export const forecastSchema = z
  .object({
    nodes: z.array(nodeForecastSchema),
    changes: z.int().describe('How many resources, of all nodes.'),
  })
  .meta({ id: 'Forecast' }) satisfies z.ZodType<Forecast>;
