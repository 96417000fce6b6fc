import type { IncomingMessage } from 'node:http';
import type { Express } from 'express';
import { pino } from 'pino';
import request, { type Test } from 'supertest';
import { z } from 'zod';
import { UserError } from '../../../base/errors.js';
import type { CredentialCheck, PreflightCheck, Provider } from '../../../provisioner/provider.js';
import { buildSlots } from '../../../server/formation/requests/kinds/push.js';
import { createApp } from '../../../server/app.js';
import type { AppParts } from '../../../server/api/endpoint/app-parts.js';
import { AuthLimits } from '../../../server/api/auth/auth-limits.js';
import { Authenticator } from '../../../server/api/auth/authenticator.js';
import type { ProviderFactories } from '../../../server/formation/context/formation-parts.js';
import { formationActions } from '../../../server/formation/formation-actions.js';
import { EventStream } from '../../../server/operation/event-stream.js';
import { accessChannel } from '../../../server/store/people/access-channel.js';
import { NotificationListener } from '../../../server/store/operations/notification-listener.js';
import { operationEventChannel } from '../../../server/store/operations/operation-event-store.js';
import { operationChannel, type OperationRecord } from '../../../server/store/operations/operation-store.js';
import { createTestDatabase, type TestDatabase } from './database.js';
import { assertDocumented } from '../source/documented-answers.js';
import { domainParts } from './domain-parts.js';
import { FakeCommands } from '../fakes/fake-commands.js';
import { FakeNodes } from '../fakes/fake-nodes.js';
import { ToldWorker } from '../fakes/told-worker.js';

/** Somebody who talks to the API with a token. */
export class Caller {
  constructor(
    private readonly app: Express,
    readonly username: string,
    readonly token: string,
  ) {}

  get(path: string): Test {
    return this.send('GET', path);
  }

  post(path: string, body: object = {}): Test {
    return this.send('POST', path).send(body);
  }

  patch(path: string, body: object): Test {
    return this.send('PATCH', path).send(body);
  }

  delete(path: string): Test {
    return this.send('DELETE', path);
  }

  /** What may be a stream without an end: the caller goes when the first of that has come. */
  peek(method: string, path: string): Test {
    return this.send(method, path)
      .buffer(true)
      .parse((answer, done) => {
        const { headers } = answer as unknown as IncomingMessage;
        const isStream = headers['content-type']?.startsWith('text/event-stream') === true;
        let text = '';
        answer.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
          if (isStream) (answer as unknown as IncomingMessage).destroy();
        });
        answer.once('close', () => done(null, isStream ? text : JSON.parse(text)));
      });
  }

  /** Without a body; for what the others cannot say. Every answer is checked against openapi.json. */
  send(method: string, path: string): Test {
    return request(this.app)
      [method.toLowerCase() as 'get'](path)
      .set('Authorization', `token ${this.token}`)
      .expect((response) => assertDocumented(method, path, response));
  }
}

type ProviderFactory = ProviderFactories extends ReadonlyMap<string, infer Factory> ? Factory : never;

const sessionMs = 30 * 24 * 60 * 60 * 1000;

/** Milliseconds a request waits for an operation that ends as told, and for one that does not end. */
const [endsMs, neverMs] = [10_000, 200];

/**
 * The real HTTP application over the real domain on a real PostgreSQL. Machines are not there: `commands` says
 * what runs on them, and `worker` how operations end, which nobody carries out.
 */
export class ApiHarness {
  readonly worker: ToldWorker;
  readonly commands = new FakeCommands();
  /** Types of providers that are enabled, for the API and the domain. */
  readonly providers = new Map<string, ProviderFactory>([
    ['mock', (creds, params) => new PickyProvider(creds, params)],
  ]);
  readonly disabledProviders = new Map<string, ProviderFactory>();
  readonly parts: AppParts;
  readonly app: Express;
  /** Paths of slugs that the store lacks. */
  readonly lostSlugs = new Set<string>();
  /** Every line of the controller's log. */
  readonly log: string[] = [];
  now = new Date('2026-11-21T12:00:00.000Z');

  private constructor(
    readonly db: TestDatabase,
    private readonly listener: NotificationListener,
    overrides: Partial<AppParts>,
  ) {
    const { stores } = db;
    this.worker = new ToldWorker(stores, listener);
    const { worker } = this;
    const provided = { providers: this.providers, disabledProviders: this.disabledProviders };
    const clock = (): Date => this.now;
    this.parts = {
      stores,
      databaseAnswers: async () => void (await stores.users.isEmpty()),
      formations: formationActions({
        ...domainParts({
          stores,
          ...provided,
          openFleet: new FakeNodes().open,
          enterNode: this.commands.enter,
          now: clock,
        }),
        hasSlug: async (path) => !this.lostSlugs.has(path),
      }),
      ...provided,
      listener,
      eventStream: new EventStream(stores.operations, stores.operationEvents, listener),
      authenticator: new Authenticator(stores, clock, sessionMs),
      sessionMs,
      authLimits: new AuthLimits({
        perAddress: { points: 1000, seconds: 60 },
        perUser: { points: 1000, seconds: 60 },
      }),
      identityProvider: null,
      trustedProxies: [],
      setupCode: null,
      info: () => ({
        version: '0.1.0',
        instance: '0a1b2c3d',
        git: { host: '127.0.0.1', port: 2222, hostKeys: ['ssh-ed25519 AAAA'] },
      }),
      reached: { bind: '127.0.0.1' },
      hookNetworks: { allows: (address) => !address.startsWith('127.') },
      hasMail: true,
      nodeUrl: () => ({ url: 'http://10.0.0.5:8001', isSet: true }),
      now: clock,
      logger: pino({ level: 'debug' }, { write: (line: string) => void this.log.push(line) }),
      get waitMs() {
        return worker.outcome === undefined ? neverMs : endsMs;
      },
      buildSlots: buildSlots(2),
      askAgainMs: 600_000,
      ...overrides,
    };
    this.app = createApp(this.parts);
  }

  static async start(overrides: Partial<AppParts> = {}): Promise<ApiHarness> {
    const db = await createTestDatabase();
    const listener = new NotificationListener(
      db.url,
      [accessChannel, operationChannel, operationEventChannel],
      () => undefined,
    );
    await listener.start();
    return new ApiHarness(db, listener, overrides);
  }

  anonymous() {
    return request(this.app);
  }

  /** Registers: the first becomes admin, all others with an invitation of the first. */
  async register(username: string, admin?: Caller): Promise<Caller> {
    const code =
      admin === undefined
        ? undefined
        : ((await admin.post('/api/users/invite').expect(201)).body as { code: string }).code;
    const registration = {
      username,
      password: 'correct horse battery',
      email: `${username}@example.com`,
      code,
    };
    const { body } = await this.anonymous().post('/api/auth/register').send(registration).expect(201);
    return new Caller(this.app, username, (body as { token: string }).token);
  }

  /** Kind and params of the formation's operations, in the order in which they were asked for. */
  async asked(formation: string): Promise<Pick<OperationRecord, 'kind' | 'params'>[]> {
    return this.db
      .database('operations')
      .where({ formation_name: formation })
      .orderBy('seq')
      .select<Pick<OperationRecord, 'kind' | 'params'>[]>('kind', 'params');
  }

  /** While this table is gone, as if a migration had gone wrong. */
  async withoutTable<T>(name: string, work: () => PromiseLike<T>): Promise<T> {
    await this.db.database.schema.renameTable(name, 'gone');
    try {
      return await work();
    } finally {
      await this.db.database.schema.renameTable('gone', name);
    }
  }

  async close(): Promise<void> {
    await this.worker.stop();
    await this.listener.stop();
    await this.db.close();
  }
}

/** A provider that makes nothing and checks what it is given. */
class PickyProvider implements Provider {
  readonly type = 'mock';
  readonly region: string;
  readonly paramsExample = 'size: m\n';
  readonly needsAdmin: boolean;
  readonly givesHost = false;
  readonly keepsUserData = false;

  constructor(
    private readonly creds: Readonly<Record<string, unknown>>,
    params: Readonly<Record<string, unknown>> = {},
  ) {
    this.needsAdmin = creds['source'] === 'controller';
    this.region = String(params['zone'] ?? '');
  }

  parseParams(params: unknown): Record<string, unknown> {
    const parsed = z
      .strictObject({ size: z.enum(['s', 'm']).optional(), zone: z.string().optional() })
      .safeParse(params);
    if (!parsed.success) throw new UserError('params.size must be s or m', { field: 'params.size' });
    return parsed.data;
  }

  async checkCredentials(): Promise<CredentialCheck> {
    if (this.creds['key'] === 'wrong')
      throw new UserError('the cloud refuses these credentials', { field: 'creds' });
    return {
      summary: 'no account',
      pins: this.creds['tenant'] === undefined ? {} : { tenant: String(this.creds['tenant']) },
    };
  }

  async preflight(params: Readonly<Record<string, unknown>>): Promise<PreflightCheck[]> {
    return [{ what: 'size', ok: params['size'] !== 's', detail: String(params['size']) }];
  }

  async createLayer(): Promise<void> {}

  async destroyLayer(): Promise<void> {}

  async launchNode(): Promise<never> {
    throw new Error('no machines here');
  }

  async terminateNode(): Promise<void> {}

  async listNodes(): Promise<[]> {
    return [];
  }

  async controllerAddresses(): Promise<[]> {
    return [];
  }
}
