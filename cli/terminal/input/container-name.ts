import { CliError, exitCodes } from '../errors.js';

/** `web` or `web.1`, or nothing: all. @throws CliError for what is neither */
export function parseContainerName(text: string | undefined): {
  readonly type?: string;
  readonly num?: number;
} {
  if (text === undefined) return {};
  const [, type, num] = /^([A-Za-z][A-Za-z0-9_-]*)(?:\.([1-9]\d{0,5}))?$/.exec(text) ?? [];
  if (type === undefined)
    throw new CliError(
      `${JSON.stringify(text)} is not a valid process: expected a type (web) or a container (web.1)`,
      exitCodes.usage,
    );
  return num === undefined ? { type } : { type, num: Number(num) };
}
