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

/** What changes a formation on top of what has this tag; of what has changed since the API refuses it (412). */
export const onTop = (formation: string, tag: string) => ({
  ...of(formation),
  headers: { ...async.headers, 'If-Match': tag },
});

/** Items of all pages; what comes or goes meanwhile is missed or is there, as the API says, and none twice. */
export async function allPages<T>(
  read: (cursor: string | undefined) => Promise<Listed<T> & { readonly next: string | null }>,
): Promise<Listed<T>> {
  let page = await read(undefined);
  const results = [...page.results];
  while (page.next !== null) {
    const cursor = new URLSearchParams(page.next.split('?')[1]).get('cursor');
    page = await read(cursor ?? undefined);
    results.push(...page.results);
  }
  return { count: Math.max(page.count, results.length), results };
}
