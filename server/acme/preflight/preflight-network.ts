import { Resolver } from 'node:dns/promises';
import { connect } from 'node:net';

/** What one CAA record says (RFC 8659). */
export interface CaaRecord {
  readonly critical: number;
  readonly issue?: string | undefined;
}

/** What a name's host answered; null: nothing; `refused`: it is there, and nothing listens. */
export type HostAnswer = { readonly status: number; readonly body: string } | 'refused' | null;

/** What a preflight asks the network. */
export interface PreflightNetwork {
  /** IPv4 and IPv6 addresses; none for a name without. @throws what Node.js's resolver does when it gets no answer */
  addresses(name: string): Promise<string[]>;
  /** None for a name without. @throws as `addresses` */
  caa(name: string): Promise<CaaRecord[]>;
  /** GETs from port 80 of an address, as if it had this name. Follows nothing. */
  ask(address: string, name: string, path: string, signal: AbortSignal): Promise<HostAnswer>;
}

const noAnswers = new Set(['ENODATA', 'ENOTFOUND']);
const dnsMs = 3000;
const askMs = 5000;
const maxAnswer = 4096;

/** The real network. @param servers DNS servers; absent: those of this host. @param port other than 80 in tests */
export function preflightNetwork(servers?: readonly string[], port = 80): PreflightNetwork {
  const resolver = new Resolver({ timeout: dnsMs, tries: 2 });
  if (servers !== undefined) resolver.setServers(servers);
  return {
    addresses: async (name) =>
      (await Promise.all([orNone(resolver.resolve4(name)), orNone(resolver.resolve6(name))])).flat(),
    caa: async (name) => orNone(resolver.resolveCaa(name)),
    ask: (address, name, path, signal) => askHost({ address, port }, name, path, signal),
  };
}

async function orNone<T>(answer: Promise<T[]>): Promise<T[]> {
  return answer.catch((error: NodeJS.ErrnoException) => {
    if (noAnswers.has(error.code ?? '')) return [];
    throw error;
  });
}

/** One request over a connection of its own; what is larger than a challenge's answer is cut off. */
function askHost(
  { address, port }: { readonly address: string; readonly port: number },
  name: string,
  path: string,
  signal: AbortSignal,
): Promise<HostAnswer> {
  return new Promise((resolve) => {
    const socket = connect({
      host: address,
      port,
      signal: AbortSignal.any([signal, AbortSignal.timeout(askMs)]),
    });
    let text = '';
    let isRefused = false;
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      text += chunk;
      if (text.length > maxAnswer) socket.destroy();
    });
    socket.on('error', ({ code }: NodeJS.ErrnoException) => (isRefused = code === 'ECONNREFUSED'));
    socket.on('close', () => resolve(isRefused ? 'refused' : readAnswer(text)));
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: ${name}\r\nUser-Agent: deis-classic\r\nAccept: */*\r\nConnection: close\r\n\r\n`,
    );
  });
}

function readAnswer(text: string): HostAnswer {
  const [, status, body] = /^HTTP\/1\.[01] (\d{3})[^]*?\r\n\r\n([^]*)$/.exec(text) ?? [];
  return status === undefined || body === undefined ? null : { status: Number(status), body: body.trim() };
}
