import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as ask } from 'node:http';
import express from 'express';
import request from 'supertest';
import { WebSocket } from 'ws';
import { waitUntil } from '../../../../base/wait-until.js';
import { createApp } from '../../../../server/app.js';
import { answersEvents } from '../../../../server/api/http/answers.js';
import { forFormation } from '../../../../server/api/endpoint/endpoint.js';
import type { Route } from '../../../../server/api/endpoint/route.js';
import { serveRoutes } from '../../../../server/api/endpoint/serve-routes.js';
import { isStream } from '../../../../server/api/endpoint/while-allowed.js';
import { routes } from '../../../../server/api/router.js';
import { isAllowed } from '../../../../server/formation/sharing/roles.js';
import { HttpListener } from '../../../../server/listen/http-listener.js';
import { ApiHarness, type Caller } from '../../../support/server/api-harness.js';
import { storeLiveApp } from '../../../support/server/stored-formation.js';

const streams = routes.filter(([, , { answers }]) => isStream(answers));
const password = 'correct horse battery';

/** What came on a stream so far, and when it is over. */
interface Opened {
  readonly said: () => string;
  readonly over: Promise<unknown>;
}

/** Loops over the router's own table: a stream that is added is tested with every way to lose the right to it. */
describe('open streams', function () {
  this.timeout(60_000);
  let api: ApiHarness;
  let listener: HttpListener;
  let owner: Caller;
  let operation = '';
  let node = '';
  let count = 0;

  before(async () => {
    api = await ApiHarness.start();
    listener = await HttpListener.listen('127.0.0.1', 0, api.app);
    owner = await api.register('olga');
    await owner.post('/api/formations', { id: 'this', flavor: 'mock' }).expect(201);
    const { stores } = api.parts;
    const formation = (await stores.formations.byName('this'))!;
    node = (await storeLiveApp(stores, (await stores.layers.byName(formation.id, 'runtime'))!)).name;
    const deploy = owner.post('/api/formations/this/converge').set('Prefer', 'respond-async').expect(202);
    operation = ((await deploy).body as { id: string }).id;
    api.commands.run = ({ onStdout }) => {
      onStdout?.(Buffer.from('begun'));
      return new Promise(() => undefined);
    };
    api.commands.logLines = ['web.1 1. 2026-01-01T00:00:00.000Z begun'];
    await stores.operationEvents.append(operation, [{ type: 'line', data: { text: 'begun' } }]);
  });
  after(async () => {
    await listener.close(0);
    await api.close();
  });

  /** A member of the formation, with a token beside the one of their session. */
  async function member(): Promise<{
    readonly session: Caller;
    readonly token: string;
    readonly id: number;
  }> {
    const session = await api.register(`member-${(count += 1)}`, owner);
    await owner.post('/api/formations/this/perms', { username: session.username, role: 'admin' }).expect(200);
    const { body } = await session.post('/api/tokens', { name: 'other' }).expect(201);
    const { token, id } = body as { token: string; id: number };
    return { session, token, id };
  }

  const urlOf = ([, path]: Route, port = listener.port): string =>
    `127.0.0.1:${port}${path.replace(':formation', 'this').replace(':operation', operation).replace(':node', node)}`;

  async function open(route: Route, token: string, port?: number): Promise<Opened> {
    return openAs(route, { authorization: `token ${token}` }, port);
  }

  async function openAs(route: Route, headers: Record<string, string>, port?: number): Promise<Opened> {
    const chunks: string[] = [];
    const said = (): string => chunks.join('');
    let over: Promise<unknown>;
    if (101 in route[2].answers) {
      const socket = new WebSocket(`ws://${urlOf(route, port)}?protocol=1`, { headers });
      socket.on('message', (data: Buffer) => chunks.push(data.toString()));
      await once(socket, 'open');
      over = once(socket, 'close');
      socket.send(JSON.stringify({ command: 'sh' }));
    } else {
      const body = route[0] === 'POST' ? JSON.stringify({ command: 'sh' }) : undefined;
      const json = body === undefined ? {} : { 'content-type': 'application/json' };
      const asked = ask(`http://${urlOf(route, port)}`, {
        method: route[0],
        headers: { ...headers, ...json },
      });
      over = new Promise((resolve, reject) => {
        asked.on('error', reject).on('response', (response) => {
          assert.equal(response.statusCode, 200);
          response.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk));
          response.on('error', () => undefined).on('close', () => resolve(undefined));
        });
      });
      asked.end(body);
    }
    await until(() => said().includes('begun'), 'the stream to begin');
    return { said, over };
  }

  const until = (check: () => boolean, what: string): Promise<true> =>
    waitUntil(async () => (check() ? true : undefined), { deadlineMs: 5_000, intervalMs: 10, what });

  /** Within 5 s, with a problem of this status as its last word. */
  async function assertEnds({ said, over }: Opened, status: number): Promise<void> {
    let isOver = false;
    void over.then(() => (isOver = true));
    await until(() => isOver, `the end of the stream; it said ${said()}`);
    const last =
      said()
        .trim()
        .split(/(?<=begun[^\n]*)\n|(?<=begun)(?=\{)/)
        .at(-1) ?? '';
    assert.match(last, new RegExp(`"status":${status},"detail":"[^"]{10,}`));
  }

  type Loss = (of: Awaited<ReturnType<typeof member>>) => Promise<unknown>;
  const losses: readonly { readonly how: string; readonly status: number; readonly lose: Loss }[] = [
    {
      how: 'the token is revoked',
      status: 401,
      lose: ({ session, id }) => session.delete(`/api/tokens/${id}`).expect(204),
    },
    {
      how: 'the password is changed',
      status: 401,
      lose: ({ session }) =>
        session.post('/api/auth/passwd', { password, new_password: 'battery horse' }).expect(204),
    },
    {
      how: 'all tokens are made anew',
      status: 401,
      lose: ({ session }) => session.post('/api/auth/regenerate', { all: true }).expect(200),
    },
    {
      how: 'the account is closed',
      status: 401,
      lose: ({ session }) => session.post('/api/auth/cancel', { password }).expect(204),
    },
    {
      how: 'the role is taken',
      status: 404,
      lose: ({ session }) => owner.delete(`/api/formations/this/perms/${session.username}`).expect(204),
    },
  ];

  it('are of every kind in the table', () => {
    assert.ok(streams.length >= 5, String(streams.length));
  });

  for (const route of streams) {
    for (const { how, status, lose } of losses) {
      it(`${route[0]} ${route[1]} ends when ${how}, and says why`, async () => {
        const thrownOut = await member();
        const stream = await open(route, thrownOut.token);
        await lose(thrownOut);
        await assertEnds(stream, status);
      });
    }

    it(`${route[0]} ${route[1]} ends when the browser is signed out, and says why`, async () => {
      const { session } = await member();
      const page = { 'x-deis-csrf': '1', origin: `http://127.0.0.1:${listener.port}` };
      const { headers, body } = await request(page.origin)
        .post('/api/sessions')
        .set(page)
        .send({ username: session.username, password })
        .expect(201);
      const stream = await openAs(route, { ...page, cookie: String(headers['set-cookie']).split(';')[0]! });
      await session.delete(`/api/sessions/${(body as { id: number }).id}`).expect(204);
      await assertEnds(stream, 401);
    });

    it(`${route[0]} ${route[1]} goes on for a viewer only if viewers may have it`, async () => {
      const { session, token } = await member();
      const [stream, untouched] = [await open(route, token), await open(route, owner.token)];
      const asked = countOf(api, session.username);
      await owner
        .post('/api/formations/this/perms', { username: session.username, role: 'viewer' })
        .expect(200);
      if (isAllowed('viewer', route[2].may!)) await until(() => asked() > 0, 'the right to be asked again');
      else await assertEnds(stream, 403);
      assert.doesNotMatch(untouched.said(), /"status"/);
      await owner.delete(`/api/formations/this/perms/${session.username}`).expect(204);
      await stream.over;
    });
  }

  it('are asked for again from time to time, though nobody tells of a change', async () => {
    const app = createApp({ ...api.parts, askAgainMs: 50 });
    const impatient = await HttpListener.listen('127.0.0.1', 0, app);
    const route = streams.find(([, path]) => path.endsWith('/logs/follow'))!;
    const { token, id } = await member();
    const stream = await open(route, token, impatient.port);
    await api.db.database('tokens').where({ id }).delete();
    await assertEnds(stream, 401);
    await impatient.close(0);
  });

  it('that do not listen are cut off', async () => {
    const deaf: Route = [
      'GET',
      '/deaf/:formation',
      forFormation({
        may: 'see',
        summary: 'Never ends.',
        answers: answersEvents('Nothing.'),
        answer: ({ response }) => {
          response.status(200).write('begun');
          return new Promise(() => undefined);
        },
      }),
    ];
    const app = express().use(serveRoutes(api.parts, [deaf]));
    const server = await HttpListener.listen('127.0.0.1', 0, app);
    const { session, id, token } = await member();
    const { over } = await open(deaf, token, server.port);
    await session.delete(`/api/tokens/${id}`).expect(204);
    let isOver = false;
    void over.then(() => (isOver = true));
    await until(() => isOver, 'the stream to be cut off');
    await server.close(0);
  });
});

/** How often the formation's rights of this user were read from now on. */
function countOf({ parts }: ApiHarness, username: string): () => number {
  const { tokens } = parts.stores;
  const authenticate = tokens.authenticate.bind(tokens);
  let count = 0;
  tokens.authenticate = async (...args) => {
    const found = await authenticate(...args);
    if (found?.user.username === username) count += 1;
    return found;
  };
  return () => count;
}
