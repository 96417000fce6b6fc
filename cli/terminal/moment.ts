import { usageError } from './errors.js';

const unitMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `10m` before `now`, or a time as it is given, in ISO form. @throws CliError (usage) for what is no time */
export function moment(option: string, text: string, now: number): string {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const at =
    count !== undefined && unit !== undefined ? now - Number(count) * unitMs[unit]! : Date.parse(text);
  if (Number.isNaN(at))
    throw usageError(
      `--${option}=${text} is not a valid time: expected e.g. 10m, 2h, 1d or 2026-11-21T12:00:00Z`,
    );
  return new Date(at).toISOString();
}
