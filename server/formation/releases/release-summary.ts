/** The summary of a release from what its change does, clause by clause: `Set A, B; unset C`. */
export function releaseSummary(clauses: readonly string[]): string {
  const text = clauses.join('; ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}
