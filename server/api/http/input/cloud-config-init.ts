import { isMap, LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';

/** EC2 takes 16 KiB of user data in all. */
const maxBytes = 16 * 1024;

/**
 * A flavor's `init`: cloud-config as YAML text, empty for none. Refused here with the line, not when a node
 * boots.
 */
export const cloudConfigInit = z.string().superRefine((text, context) => {
  const problem = problemOf(text);
  if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
});

function problemOf(text: string): string | undefined {
  if (Buffer.byteLength(text) > maxBytes) return 'must be at most 16 KiB of cloud-config';
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) return `line ${lines.linePos(error.pos[0]).line}: ${error.message}`;
  return document.contents === null || isMap(document.contents)
    ? undefined
    : 'must be a cloud-config: YAML of `key: value` lines';
}
