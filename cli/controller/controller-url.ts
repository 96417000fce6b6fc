import { usageError } from '../terminal/errors.js';

/**
 * A controller as typed -> its base URL without a trailing slash. Without a scheme a loopback address is
 * taken as http, any other as https. @throws CliError (usage) for what is no http(s) URL, or carries a user
 * or password.
 */
export function parseControllerUrl(typed: string): string {
  const text = /^[a-z][a-z0-9+.-]*:\/\//i.test(typed) ? typed : `http://${typed}`;
  if (!URL.canParse(text))
    throw usageError(
      `${JSON.stringify(typed)} is not a valid address of a controller`,
      'for example http://127.0.0.1:8000',
    );
  const url = new URL(text);
  if (text !== typed && !isLoopback(url)) url.protocol = 'https:';
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw usageError(`a controller's address begins with http:// or https://, not ${url.protocol}//`);
  if (url.username !== '' || url.password !== '')
    throw usageError(
      "a controller's address holds no user and no password",
      'give --username, and the password when asked',
    );
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

/** Nobody else hears what is sent there. */
export function isLoopback(url: URL): boolean {
  return (
    url.hostname === 'localhost' ||
    url.hostname.endsWith('.localhost') ||
    /^127(\.\d+){3}$/.test(url.hostname) ||
    url.hostname === '[::1]'
  );
}

/** A password or token sent there can be read on the way. */
export function isExposed(controller: string): boolean {
  const url = new URL(controller);
  return url.protocol === 'http:' && !isLoopback(url);
}
