/**
 * Fetches over a connection of its own: a reload of nginx closes idle ones, which a request on its way there
 * does not survive.
 */
export function askAnew(url: string | URL, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set('connection', 'close');
  return fetch(url, { ...init, headers });
}
