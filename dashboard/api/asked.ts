/** The first page of a list, and how many there are in all. */
export interface Listed<T> {
  readonly count: number;
  readonly results: readonly T[];
}

/** The longest page of a list. */
export const most = { query: { limit: 1000 } } as const;
/** The path of a formation. */
export const of = (formation: string) => ({ params: { path: { formation } } });
/** A list of a formation. */
export const listOf = (formation: string, limit = 1000) => ({
  params: { path: { formation }, query: { limit } },
});
/** Its events are followed, so nothing waits for its end. */
export const async = { headers: { Prefer: 'respond-async' } } as const;
