import type { RequestListener } from 'node:http';

/** HTTP-01 (RFC 8555, section 8.3); its tokens are base64url. */
const challenge = /^\/\.well-known\/acme-challenge\/([\w-]{1,256})$/;

/**
 * Answers on port 80: challenges of the CA, and everything else with the way to HTTPS. The answer to a challenge is
 * made of the question and of the account's thumbprint, which is no secret, so that each controller answers what any
 * of them has begun. @param secureUrl where people find the API, without a slash at its end
 */
export function answerChallenges(thumbprint: string, secureUrl: string): RequestListener {
  return ({ method = '', url = '/' }, response) => {
    response.setHeader('Connection', 'close');
    response.setHeader('X-Content-Type-Options', 'nosniff');
    const asked = URL.canParse(url, 'http://controller') ? new URL(url, 'http://controller') : undefined;
    if (asked === undefined) return void response.writeHead(400).end();
    const [, token] = challenge.exec(asked.pathname) ?? [];
    if (token !== undefined && ['GET', 'HEAD'].includes(method)) {
      const text = `${token}.${thumbprint}`;
      // With its length: in chunks, which nginx would make of it, too, the look before an order does not know it.
      const headers = { 'Content-Type': 'text/plain', 'Content-Length': text.length };
      return void response.writeHead(200, headers).end(method === 'HEAD' ? undefined : text);
    }
    response.writeHead(308, { Location: `${secureUrl}${asked.pathname}${asked.search}` }).end();
  };
}
