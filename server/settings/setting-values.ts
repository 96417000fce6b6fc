import type { z } from 'zod';
import type { definitions } from './setting-definitions.js';

type Definitions = typeof definitions;

/** Each setting's value, by its name. */
export type Values = { readonly [K in keyof Definitions]: z.output<Definitions[K]['schema']> };
