/** How the API writes a moment: ISO 8601 in UTC with milliseconds, null for never. */
export function isoTime(moment: Date): string;
export function isoTime(moment: Date | null): string | null;
export function isoTime(moment: Date | null): string | null {
  return moment === null ? null : moment.toISOString();
}
