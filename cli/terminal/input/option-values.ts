import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { usageError } from '../errors.js';
import type { Terminal } from '../terminal.js';

/**
 * The value itself, or with `@path` the content of that file, so that a credential need not stand on the
 * command line. @throws CliError (usage)
 */
export async function textOption(terminal: Terminal, flag: string, value: string): Promise<string> {
  if (!value.startsWith('@')) return value;
  const path = resolve(terminal.cwd, value.slice(1));
  return readFile(path, 'utf8').catch((error: Error) => {
    throw usageError(`${flag}: ${error.message}`);
  });
}

/** A JSON object, given inline or as `@path`. @throws CliError (usage) saying where the text is no JSON */
export async function objectOption(
  terminal: Terminal,
  flag: string,
  value: string,
): Promise<Record<string, unknown>> {
  const text = await textOption(terminal, flag, value);
  const parsed = parse(flag, text);
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw usageError(`${flag} takes a JSON object, as {"name": "value"}`);
  return parsed as Record<string, unknown>;
}

/** A whole number within bounds. @throws CliError (usage) */
export function integerOption(
  flag: string,
  value: string,
  { min, max }: { min: number; max: number },
): number {
  const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
  if (!(number >= min && number <= max))
    throw usageError(`${flag} takes a whole number from ${min} to ${max}, not ${JSON.stringify(value)}`);
  return number;
}

/** `v7` or `7` -> 7. @throws CliError (usage) */
export function releaseNumber(value: string): number {
  const digits = /^v?([1-9]\d{0,8})$/.exec(value)?.[1];
  if (digits === undefined)
    throw usageError(`${JSON.stringify(value)} is not a valid release: expected v7 or 7`);
  return Number(digits);
}

function parse(flag: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // V8's message quotes the text, which may be a credential.
    const position = /position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1];
    throw usageError(
      `${flag} is not JSON${position === undefined ? '' : ` (at character ${Number(position) + 1})`}`,
    );
  }
}
