import { UserError } from '../../../base/errors.js';
import type { Secret } from '../../../base/secret.js';
import { shellQuote } from '../../ssh/shell-quote.js';

/**
 * The function `download_N FILE`. The URL, which may be signed, goes to curl over stdin and is on no command
 * line.
 */
export function compileDownload(n: number, url: Secret | undefined): Record<string, string> {
  if (url === undefined)
    return {
      [`download_${n}`]: "fail 'it is missing here, and the controller gave no address to fetch it from'",
    };
  const address = url.reveal();
  if (!/^https?:\/\/[^\s"\\]+$/.test(address))
    throw new UserError('a download needs an http or https URL', { field: 'url' });
  return { [`download_${n}`]: `printf 'url = "%s"\\n' ${shellQuote([address])} | fetch "$1"` };
}
