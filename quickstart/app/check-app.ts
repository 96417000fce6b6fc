import { request } from 'node:http';
import { waitUntil } from '../../base/wait-until.js';

const deadlineMs = 30_000;
const answerMs = 5_000;
const maxBody = 100_000;

interface Answer {
  readonly status: number;
  readonly body: string;
}

/**
 * Waits until the app answers at the proxy's URL, under its first domain if it has one: other names get the
 * proxy's own 404 then. What the app answers under a domain is the person's business, save the 5xx of a proxy
 * without it. @returns the URL that people use. @throws WaitDeadline after 30 s, with the last answer
 */
export async function checkApp(
  url: string,
  domains: readonly string[],
  note: (line: string) => void,
): Promise<string> {
  const host = domains[0]?.replace('*', 'www') ?? new URL(url).host;
  const isGood = ({ status }: Answer): boolean => (domains.length === 0 ? status < 400 : status < 500);
  let last = 'nothing';
  const look = async (): Promise<Answer | undefined> => {
    const answer = await ask(url, host).catch((error: Error) => error);
    last = answer instanceof Error ? answer.message : `status ${answer.status}`;
    return !(answer instanceof Error) && isGood(answer) ? answer : undefined;
  };
  const answer = await waitUntil(look, { deadlineMs, intervalMs: 200, what: `${url} to answer` }).catch(
    (error: Error) => {
      throw new Error(`${error.message} as ${host}; the last answer: ${last}`, { cause: error });
    },
  );
  note(domains.length === 0 ? firstLine(answer.body) : `as ${host}: status ${answer.status}`);
  if (domains.length === 0) return url;
  note(`the app answers to its domains alone; without DNS: curl -H 'Host: ${host}' ${url}`);
  return `http://${host}/`;
}

const firstLine = (text: string): string => text.trim().split('\n')[0] ?? '';

/** One GET over a connection of its own, with a Host of our choice, which fetch does not offer. */
function ask(url: string, host: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(
      url,
      { headers: { host }, agent: false, signal: AbortSignal.timeout(answerMs) },
      (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (body += chunk.slice(0, maxBody - body.length)));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
        response.on('error', reject);
      },
    );
    asked.on('error', reject);
    asked.end();
  });
}
