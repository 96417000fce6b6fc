import assert from 'node:assert/strict';
import { Agent, request, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { HttpListener } from '../../../../server/listen/http-listener.js';
import { isAllowed, roles, type Action } from '../../../../server/formation/sharing/roles.js';
import { reachOf, scopes, type Reach, type Scope } from '../../../../server/formation/sharing/scopes.js';
import { hashToken, newToken } from '../../../../server/api/auth/token.js';
import type { Route } from '../../../../server/api/endpoint/route.js';
import { routes } from '../../../../server/api/router.js';
import { ApiHarness, type Caller } from '../../../support/server/api-harness.js';
import { storeLiveApp } from '../../../support/server/stored-formation.js';

const people = [...roles, 'stranger', 'platform admin'] as const;
type Person = (typeof people)[number];
/** A scope, and of a deploy token whether it is of the formation that is asked for. */
type TokenKind = Exclude<Scope, 'deploy'> | 'deploy of this' | 'deploy of another';
const kinds: readonly TokenKind[] = [
  ...scopes.filter((scope) => scope !== 'deploy'),
  'deploy of this',
  'deploy of another',
];
const cells = people.flatMap((person) => kinds.map((kind) => ({ person, kind })));

interface Answer {
  readonly status: number;
  readonly body: string;
}

const isStream = ({ answers }: Route[2]): boolean =>
  Object.values(answers).some(({ content }) => content?.type === 'text/event-stream') || 101 in answers;
const scopeOf = (kind: TokenKind): Scope => (kind === 'all' || kind === 'read' ? kind : 'deploy');

/** What the tables say: `yes`, or the status of the refusal. */
function expected(route: Route, person: Person, kind: TokenKind): 'yes' | 403 | 404 {
  const { access, may, anyScope } = route[2];
  if (access === 'open' || anyScope) return 'yes';
  if (may === undefined) return reachesElsewhere(route, person, kind) ? 'yes' : 403;
  if (person === 'stranger' || person === 'platform admin') return 404;
  return isAllowed(person, may) && reaches(route, may, kind) ? 'yes' : 403;
}

const isChange = ([method, , { changes }]: Route): boolean => changes ?? method !== 'GET';

function reachesElsewhere(route: Route, person: Person, kind: TokenKind): boolean {
  const { elsewhere }: Reach = reachOf[scopeOf(kind)];
  const isInReach = elsewhere === 'all' || (elsewhere === 'reads' && !isChange(route));
  return isInReach && (route[2].access !== 'admin' || person === 'platform admin');
}

function reaches(route: Route, may: Action, kind: TokenKind): boolean {
  const { role, formations, reads, changes }: Reach = reachOf[scopeOf(kind)];
  if (formations === 'one' && kind !== 'deploy of this') return false;
  return (isChange(route) ? changes : reads).includes(may) && isAllowed(role, may);
}

/** Loops over the router's own table: a route that is added is tested with every role and every scope. */
describe('every route, with every role and every scope of tokens', function () {
  this.timeout(60_000);
  let api: ApiHarness;
  let listener: HttpListener;
  let node = '';
  let operation = '';
  const agent = new Agent({ keepAlive: true });
  const tokens = new Map<string, string>();

  before(async () => {
    api = await ApiHarness.start();
    listener = await HttpListener.listen('127.0.0.1', 0, api.app);
    const callers = new Map<Person, Caller>([['platform admin', await api.register('root')]]);
    for (const person of [...roles, 'stranger'] as const)
      callers.set(person, await api.register(person, callers.get('platform admin')));
    const owner = callers.get('owner')!;
    for (const id of ['this', 'another'])
      await owner.post('/api/formations', { id, flavor: 'mock' }).expect(201);
    for (const role of roles.filter((each) => each !== 'owner')) {
      for (const id of ['this', 'another'])
        await owner.post(`/api/formations/${id}/perms`, { username: role, role }).expect(200);
    }
    api.worker.outcome = { state: 'succeeded' };
    operation = (
      (await owner.post('/api/formations/this/config', { values: { A: '1' } }).expect(200)).body as {
        id: string;
      }
    ).id;
    const { stores } = api.parts;
    const [formation, other] = [
      (await stores.formations.byName('this'))!,
      (await stores.formations.byName('another'))!,
    ];
    node = (await storeLiveApp(stores, (await stores.layers.byName(formation.id, 'runtime'))!)).name;
    for (const { person, kind } of cells) {
      const userId = (await stores.users.byUsername(callers.get(person)!.username))!.id;
      const formationId =
        kind === 'deploy of this' ? formation.id : kind === 'deploy of another' ? other.id : null;
      const token = newToken();
      await stores.tokens.insert({
        userId,
        hash: hashToken(token),
        name: kind,
        expiresAt: null,
        scope: scopeOf(kind),
        formationId,
      });
      tokens.set(`${person}, ${kind}`, token);
    }
  });
  after(async () => {
    agent.destroy();
    await listener.close(0);
    await api.close();
  });

  const fill = (path: string): string =>
    path
      .replace(':formation', 'this')
      .replace(':operation', operation)
      .replace(':node', node)
      .replace(/:\w+/g, 'nosuch');

  /**
   * A route that answers 101 is asked to. Resolves when the answer has ended, the protocol changed, or a stream has
   * begun, which may have no end.
   */
  const ask = (
    [method, path, { answers }]: Route,
    query: string,
    token?: string,
    body?: object,
  ): Promise<Answer> => {
    const upgrade = 101 in answers;
    const webSocket = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
    };
    const headers = {
      ...(token === undefined ? {} : { authorization: `token ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(upgrade ? webSocket : {}),
    };
    const options = {
      host: '127.0.0.1',
      port: listener.port,
      method,
      path: `${fill(path)}?${query}`,
      headers,
      ...(upgrade ? {} : { agent }),
    };
    return new Promise((resolve, reject) => {
      const asked = request(options, (response: IncomingMessage) => {
        if (response.headers['content-type']?.startsWith('text/event-stream')) {
          response.destroy();
          return resolve({ status: response.statusCode!, body: '' });
        }
        text(response).then((said) => resolve({ status: response.statusCode!, body: said }), reject);
      });
      asked.on('upgrade', (response, socket) => {
        socket.destroy();
        resolve({ status: response.statusCode!, body: '' });
      });
      asked.on('error', reject).end(body === undefined ? undefined : JSON.stringify(body));
    });
  };

  /** What else is wrong shows only to whom it is allowed: an unknown parameter ends it before it acts. */
  const decision = async (route: Route, token?: string): Promise<string> => {
    const { status, body } = await ask(route, 'no_such_parameter=1', token);
    const fields =
      status === 400
        ? (JSON.parse(body) as { errors: { field: string }[] }).errors.map(({ field }) => field)
        : [];
    return fields.includes('no_such_parameter') ? 'yes' : String(status);
  };

  it('knows the reads that are no GET, and the GETs that are no read', () => {
    const told = (isWanted: (route: Route) => boolean): string[] =>
      routes.filter(isWanted).map(([method, path]) => `${method} ${path}`);
    const base = '/api/formations/:formation';
    assert.deepEqual(
      told(([method, , { changes }]) => method === 'GET' && changes === true),
      [`GET ${base}/host-key`, `GET ${base}/nodes/:node/host-key`, `GET ${base}/run`],
    );
    assert.deepEqual(
      told(([method, , { changes }]) => method !== 'GET' && changes === false),
      [`POST ${base}/calculate`],
    );
  });

  for (const route of routes) {
    it(`${route[0]} ${route[1]} is decided by the tables`, async () => {
      const wanted = new Map(
        cells.map(({ person, kind }) => [`${person}, ${kind}`, String(expected(route, person, kind))]),
      );
      const seen = new Map<string, string>();
      for (const cell of wanted.keys()) seen.set(cell, await decision(route, tokens.get(cell)));
      const open = route[2].access === 'open' ? 'yes' : '401';
      assert.deepEqual(
        Object.fromEntries([...seen, ['anonymous', await decision(route)]]),
        Object.fromEntries([...wanted, ['anonymous', open]]),
      );
    });
  }

  for (const route of routes.filter(([, , endpoint]) => isStream(endpoint))) {
    it(`${route[0]} ${route[1]} streams to whom the tables allow it, and to nobody else`, async () => {
      const query = 101 in route[2].answers ? 'protocol=1' : '';
      const stream = async (token?: string) =>
        (await ask(route, query, token, route[0] === 'POST' ? { command: 'true' } : undefined)).status;
      const good = 101 in route[2].answers ? 101 : 200;
      const wanted = cells
        .map(({ person, kind }) => expected(route, person, kind))
        .map((each) => (each === 'yes' ? good : each));
      const seen: number[] = [];
      for (const { person, kind } of cells) seen.push(await stream(tokens.get(`${person}, ${kind}`)));
      assert.deepEqual([...seen, await stream()], [...wanted, 401]);
    });
  }

  it('has asked the domain for nothing but what streams do', async () => {
    const asked = [...(await api.asked('this')), ...(await api.asked('another'))];
    assert.deepEqual(
      asked.map(({ kind }) => kind),
      ['deploy'],
    );
  });
});
