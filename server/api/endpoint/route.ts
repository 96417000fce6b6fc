import type { Endpoint } from './endpoint.js';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** One line of the URL table; `:name` stands for a segment of the path. */
export type Route = readonly [method: Method, path: string, endpoint: Endpoint];
