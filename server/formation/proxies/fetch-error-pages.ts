import type { ErrorPage, OwnPage } from '../../../cookbooks/proxy-settings.js';
import { UserError } from '../../../base/errors.js';
import type { OpenPage, PageAnswer } from '../context/formation-parts.js';

/** Of one page. */
const maxPageKib = 64;
const deadlineSeconds = 10;
const field = 'error_page';

export type PageChanges = Readonly<Partial<Record<ErrorPage, string | null>>>;

/**
 * The pages that stand at these URLs now; null stays null. @throws UserError naming the page, its URL without query
 * and what is wrong with it
 */
export async function fetchErrorPages(
  openPage: OpenPage,
  changes: PageChanges,
): Promise<Partial<Record<ErrorPage, OwnPage | null>>> {
  const signal = AbortSignal.timeout(deadlineSeconds * 1000);
  const fetched = Object.entries(changes).map(async ([name, url]): Promise<[string, OwnPage | null]> => {
    if (url === null) return [name, null];
    const shown = withoutQuery(name, url);
    return [name, { url: shown, content: await fetchPage(openPage, { name, url, shown }, signal) }];
  });
  return Object.fromEntries(await Promise.all(fetched)) as Partial<Record<ErrorPage, OwnPage | null>>;
}

/** A query may be a signature: it is nowhere kept. */
function withoutQuery(name: string, text: string): string {
  const url = new URL(text);
  if (url.username !== '' || url.password !== '')
    throw new UserError(`error_page ${name}: ${url.host} is given a user or a password: leave them out`, {
      field,
    });
  return `${url.origin}${url.pathname}`;
}

async function fetchPage(
  openPage: OpenPage,
  { name, url, shown }: { readonly name: string; readonly url: string; readonly shown: string },
  signal: AbortSignal,
): Promise<string> {
  try {
    return await readPage(await openPage(url, signal), (why) => refuse(name, shown, why));
  } catch (error) {
    if (!signal.aborted) throw error;
    return refuse(name, shown, `did not come whole within ${deadlineSeconds} s`);
  }
}

async function readPage({ body, headers }: PageAnswer, refused: (why: string) => never): Promise<string> {
  const type = String(headers['content-type'] ?? '');
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of body) {
    size += part.length;
    if (size > maxPageKib * 1024) refused(`is larger than ${maxPageKib} KiB: give a smaller one`);
    parts.push(part);
  }
  if (!/^text\/html *(;|$)/i.test(type))
    refused(`is sent as ${JSON.stringify(type)}: it must be sent as text/html`);
  if (headers['content-encoding'] !== undefined) refused('is sent compressed: it must be sent as it is');
  const text = decode(Buffer.concat(parts)) ?? refused('is not valid UTF-8: save it as UTF-8');
  return text.trim() === '' ? refused('is empty: give a page with text') : text;
}

function decode(bytes: Buffer): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}

function refuse(name: string, shown: string, why: string): never {
  throw new UserError(`error_page ${name}: ${shown} ${why}`, { field });
}
