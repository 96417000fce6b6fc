import { z } from 'zod';
import { NotFound } from '../../../base/errors.js';
import type { KeyRecord } from '../../store/people/key-store.js';
import {
  type Json,
  answersCreated,
  answersNothing,
  answersPageOf,
  answersWith,
  moment,
} from '../http/answers.js';
import { forUsers } from '../endpoint/endpoint.js';
import { ownName } from '../http/input/names.js';
import { pageQuery, plainPage } from '../endpoint/page.js';
import { parsePublicKey, type PublicKey } from '../http/input/parse-public-key.js';
import { created, noContent, ok } from '../endpoint/reply.js';
import { isStorable } from '../http/input/storable-text.js';
import { isoTime } from '../http/time.js';

export const keySchema = z
  .object({ id: z.string(), fingerprint: z.string(), public: z.string(), created_at: moment })
  .meta({ id: 'Key' });

export const listKeys = forUsers({
  summary: 'List your SSH keys.',
  answers: answersPageOf(keySchema),
  query: pageQuery,
  answer: async (call) =>
    plainPage(call, (request) => call.parts.stores.keys.pageOfUser(call.user.id, request), keyJson),
});

export const addKey = forUsers({
  summary: 'Let a key push as you.',
  answers: answersCreated(keySchema),
  body: z.strictObject({ id: ownName.optional(), public: z.string().max(20_000) }),
  answer: async ({ parts, user, body }) => {
    const key = parsePublicKey(body.public);
    const name = body.id ?? defaultName(key);
    const record = await parts.stores.keys.insert({
      userId: user.id,
      name,
      publicKey: key.publicKey,
      fingerprint: key.fingerprint,
    });
    return created(keyJson(record), `/api/keys/${encodeURIComponent(name)}`);
  },
});

export const showKey = forUsers({
  summary: 'Tell of one of your SSH keys.',
  answers: answersWith(keySchema),
  answer: async ({ parts, user, param }) => {
    const name = param('key');
    const key = isStorable(name) ? await parts.stores.keys.byName(user.id, name) : undefined;
    if (key === undefined) throw new NotFound(`no key ${JSON.stringify(name)}`);
    return ok(keyJson(key));
  },
});

export const removeKey = forUsers({
  summary: 'Take a key away.',
  answers: answersNothing,
  answer: async ({ parts, user, param }) => {
    const name = param('key');
    if (!isStorable(name) || !(await parts.stores.keys.delete(user.id, name)))
      throw new NotFound(`no key ${JSON.stringify(name)}`);
    return noContent;
  },
});

/**
 * The key's comment where it can be a name, else its type and the beginning of its fingerprint:
 * `ed25519-Zk3vQ9aB`.
 */
function defaultName({ comment, type, fingerprint }: PublicKey): string {
  const fromComment = comment
    .replace(/[^A-Za-z0-9@._-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 100);
  if (fromComment !== '') return fromComment;
  const beginning = fingerprint.replace(/^SHA256:|[^A-Za-z0-9]/g, '').slice(0, 8);
  return `${type.replace(/^(ssh|ecdsa-sha2)-/, '')}-${beginning}`;
}

function keyJson(key: KeyRecord): Json<typeof keySchema> {
  return {
    id: key.name,
    fingerprint: key.fingerprint,
    public: key.publicKey,
    created_at: isoTime(key.createdAt),
  };
}
