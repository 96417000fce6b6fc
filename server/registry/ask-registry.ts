import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Secret } from '../../base/secret.js';

/** A registry, and what is needed to talk to it. */
export interface RegistryAddress {
  readonly host: string;
  readonly port: number;
  /** The name that its certificate is for, where that is not the host. */
  readonly name?: string;
  /** PEM of who issued its certificate. */
  readonly authority: string;
}

export interface RegistryQuestion {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  /** Below `/v2/`, with its query. */
  readonly path: string;
  readonly token?: Secret;
  readonly body?: { readonly bytes: Readable; readonly size: number; readonly type: string };
  /** Beside the limit of its own. */
  readonly signal?: AbortSignal;
}

export interface RegistryAnswer {
  readonly status: number;
  /** `sha256:...` of the manifest that was asked for. */
  readonly digest: string | undefined;
  /** Where an upload goes on: a path below `/v2/`, with its query. */
  readonly location: string | undefined;
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
  { method, path, token, body, signal: given }: RegistryQuestion,
): Promise<RegistryAnswer> {
  const limit = AbortSignal.timeout(body === undefined ? deadlineMs : uploadMs);
  const signal = given === undefined ? limit : AbortSignal.any([limit, given]);
  const asked = request({
    ...{ host, port, method, path: `/v2/${path}`, ca: authority, signal, agent: false },
    ...(servername === undefined ? {} : { servername }),
    headers: {
      accept: manifestTypes,
      ...(token === undefined ? {} : { authorization: `Bearer ${token.reveal()}` }),
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
    location: placeOf(answer.headers.location),
    body: text,
  };
}

/** Whether the registry is there and asks for a token. */
export async function registryAnswers(address: RegistryAddress): Promise<boolean> {
  return askRegistry(address, { method: 'GET', path: '' }).then(
    ({ status }) => status === 401,
    () => false,
  );
}

async function wholeText(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxAnswerBytes) throw new Error(`the registry says more than ${maxAnswerBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function placeOf(location: string | undefined): string | undefined {
  if (location === undefined) return undefined;
  const { pathname, search } = new URL(location, 'https://registry.invalid');
  return pathname.startsWith('/v2/') ? `${pathname.slice('/v2/'.length)}${search}` : undefined;
}
