import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { hostInUrl } from '../../base/host-in-url.js';
import type { Secret } from '../../base/secret.js';

/** A registry, and what is needed to talk to it. */
export interface RegistryAddress {
  readonly host: string;
  readonly port: number;
  /** The name that its certificate is for, where that is not the host. */
  readonly name?: string;
  /** PEM of who issued its certificate. Absent: an authority that everybody knows. */
  readonly authority?: string;
}

/** What a registry lets in by: a token of its kind, or a login, `USERNAME:PASSWORD`. Neither where it asks for none. */
export interface RegistryCredential {
  readonly token?: Secret;
  readonly login?: Secret;
}

export interface RegistryQuestion extends RegistryCredential {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  /** Below `/v2/`, or from the root when it begins with `/`; with its query. */
  readonly path: string;
  readonly body?: { readonly bytes: Readable; readonly size: number; readonly type: string };
  /** Beside the limit of its own. */
  readonly signal?: AbortSignal;
}

export interface RegistryAnswer {
  readonly status: number;
  /** `sha256:...` of the manifest that was asked for. */
  readonly digest: string | undefined;
  /** Where an upload goes on: a path from the root, with its query. */
  readonly location: string | undefined;
  /** What it wants to let somebody in. */
  readonly challenge: string | undefined;
  readonly body: string;
}

const deadlineMs = 20_000;
/** With a body, which may be a layer. */
const uploadMs = 900_000;
const maxAnswerBytes = 4 * 1024 ** 2;
const manifestTypes =
  'application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json';

/** Asks a registry over TLS. @throws when it cannot be reached, is another, or says too much */
export async function askRegistry(
  { host, port, authority, name: servername }: RegistryAddress,
  { method, path, token, login, body, signal: given }: RegistryQuestion,
): Promise<RegistryAnswer> {
  const limit = AbortSignal.timeout(body === undefined ? deadlineMs : uploadMs);
  const signal = given === undefined ? limit : AbortSignal.any([limit, given]);
  const asked = request({
    ...{ host, port, method, path: path.startsWith('/') ? path : `/v2/${path}`, signal, agent: false },
    ...(authority === undefined ? {} : { ca: authority }),
    ...(servername === undefined ? {} : { servername }),
    headers: {
      accept: manifestTypes,
      ...authorization({ token, login }),
      ...(body === undefined ? {} : { 'content-type': body.type, 'content-length': body.size }),
    },
  });
  const answered = once(asked, 'response', { signal }) as Promise<[IncomingMessage]>;
  if (body === undefined) asked.end();
  // A registry that refuses the rest of a body says why in its answer.
  const sent =
    body === undefined ? undefined : pipeline(body.bytes, asked, { signal }).catch(() => undefined);
  const [[answer]] = await Promise.all([answered, sent]);
  const text = await wholeText(answer);
  const digest = answer.headers['docker-content-digest'];
  return {
    status: answer.statusCode ?? 0,
    digest: typeof digest === 'string' ? digest : undefined,
    location: placeOf(answer.headers.location, host),
    challenge: answer.headers['www-authenticate'],
    body: text,
  };
}

function authorization({ token, login }: RegistryCredential): { authorization?: string } {
  if (token !== undefined) return { authorization: `Bearer ${token.reveal()}` };
  if (login === undefined) return {};
  return { authorization: `Basic ${Buffer.from(login.reveal()).toString('base64')}` };
}

/** Whether the registry is there and asks for a token. */
export async function registryAnswers(address: RegistryAddress): Promise<boolean> {
  return askRegistry(address, { method: 'GET', path: '' }).then(
    ({ status }) => status === 401,
    () => false,
  );
}

/** What an answer says, within a bound. @throws when it is more */
export async function wholeText(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxAnswerBytes) throw new Error(`the registry says more than ${maxAnswerBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** A place at another host would get what is meant for this one. */
function placeOf(location: string | undefined, host: string): string | undefined {
  if (location === undefined || !URL.canParse(location, `https://${hostInUrl(host)}`)) return undefined;
  const { pathname, search, hostname } = new URL(location, `https://${hostInUrl(host)}`);
  return hostname === hostInUrl(host).toLowerCase() ? `${pathname}${search}` : undefined;
}
