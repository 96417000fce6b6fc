import { allPages, async, listOf, most, of, type Listed } from './asked.js';
import { answerOf, api } from './client.js';
import type {
  Container,
  Formation,
  Info,
  Layer,
  ListedFormation,
  NewestEvents,
  Node,
  OpenAlert,
  Operation,
  Release,
  Schemas,
  Session,
  User,
} from './types.js';

/** What a client must know before it signs in. */
export const readInfo = (): Promise<Info> => answerOf(api.GET('/api/info'));
export const readUser = (): Promise<User> => answerOf(api.GET('/api/auth/whoami'));

/** @throws Refusal 401, of kind `code-needed` where the account has a second step */
export const signIn = (username: string, password: string, code?: string): Promise<{ user: User }> =>
  answerOf(
    api.POST('/api/sessions', {
      body: { username, password, ...(code === undefined ? {} : { code }) },
    }),
  );

/** Makes an account: the first, with the setup code of the controller's log, or one with an invitation. */
export const register = (body: {
  username: string;
  password: string;
  email: string;
  code?: string;
}): Promise<User> => answerOf(api.POST('/api/auth/register', { body }));

export const signOut = (): Promise<unknown> => endSession('current');
export const listSessions = (): Promise<Listed<Session>> =>
  answerOf(api.GET('/api/sessions', { params: most }));
export const endSession = (session: string): Promise<unknown> =>
  answerOf(api.DELETE('/api/sessions/{session}', { params: { path: { session } } }));

export const listFormations = (): Promise<Listed<ListedFormation>> =>
  answerOf(api.GET('/api/formations', { params: most }));
/** On whose nodes this person may have formations. */
export const listHosts = (): Promise<Listed<{ readonly id: string; readonly default: boolean }>> =>
  answerOf(api.GET('/api/hosts', { params: most }));
/** With nodes of its own by a flavor, or on those of another formation; on null it gets its own later. */
export const createFormation = (body: {
  readonly id?: string;
  readonly flavor?: string;
  readonly on?: string | null;
}): Promise<ListedFormation> => answerOf(api.POST('/api/formations', { body }));
export const readFormation = (formation: string): Promise<Formation> =>
  answerOf(api.GET('/api/formations/{formation}', of(formation)));
export const destroyFormation = (formation: string): Promise<Operation> =>
  answerOf(api.DELETE('/api/formations/{formation}', { ...of(formation), ...async }));

/** What is the matter now, in all formations. */
export const listOpenAlerts = (): Promise<Listed<OpenAlert>> =>
  answerOf(api.GET('/api/open-alerts', { params: { query: { limit: 200 } } }));

export const listLayers = (formation: string): Promise<Listed<Layer>> =>
  answerOf(api.GET('/api/formations/{formation}/layers', listOf(formation)));
export const listNodes = (formation: string): Promise<Listed<Node>> =>
  answerOf(api.GET('/api/formations/{formation}/nodes', listOf(formation)));
export const listContainers = (formation: string): Promise<Listed<Container>> =>
  answerOf(api.GET('/api/formations/{formation}/containers', listOf(formation)));
/** Of thousands, too: page by page. */
export const listAllContainers = (formation: string): Promise<Listed<Container>> =>
  allPages((cursor) =>
    answerOf(
      api.GET('/api/formations/{formation}/containers', {
        params: { path: { formation }, query: { limit: 1000, ...(cursor === undefined ? {} : { cursor }) } },
      }),
    ),
  );
export const listReleases = (formation: string): Promise<Listed<Release>> =>
  answerOf(api.GET('/api/formations/{formation}/releases', listOf(formation, 100)));
export const listOperations = (formation: string, limit = 100): Promise<Listed<Operation>> =>
  answerOf(api.GET('/api/formations/{formation}/operations', listOf(formation, limit)));
export const readOperation = (operation: string): Promise<Operation> =>
  answerOf(api.GET('/api/operations/{operation}', { params: { path: { operation } } }));

/** What it has come to: its newest lines are there before all of them are. */
export const readNewestEvents = (operation: string): Promise<NewestEvents> =>
  answerOf(api.GET('/api/operations/{operation}/newest', { params: { path: { operation } } }));

export const cancelOperation = (operation: string): Promise<Operation> =>
  answerOf(api.POST('/api/operations/{operation}/cancel', { params: { path: { operation } } }));
export const rollBack = (formation: string, release: number): Promise<Operation> =>
  answerOf(
    api.POST('/api/formations/{formation}/releases/rollback', {
      ...of(formation),
      ...async,
      body: { release },
    }),
  );
/** All containers, those of a process type, or one. */
export const restart = (
  formation: string,
  body: { readonly type?: string; readonly num?: number },
): Promise<Operation> =>
  answerOf(api.POST('/api/formations/{formation}/restart', { ...of(formation), ...async, body }));
const convergeOr = (formation: string, whyRun: boolean): Promise<Operation> =>
  answerOf(
    api.POST('/api/formations/{formation}/converge', {
      ...of(formation),
      ...async,
      body: { why_run: whyRun },
    }),
  );
export const converge = (formation: string): Promise<Operation> => convergeOr(formation, false);
/** What a converge would change, which the operation results in. */
export const whyRun = (formation: string): Promise<Operation> => convergeOr(formation, true);
/** The databag: what the nodes must be. */
export const calculate = (formation: string): Promise<Schemas['Databag']> =>
  answerOf(api.POST('/api/formations/{formation}/calculate', of(formation)));
export const balance = (formation: string): Promise<Operation> =>
  answerOf(api.POST('/api/formations/{formation}/balance', { ...of(formation), ...async }));
export const scaleContainers = (formation: string, body: Record<string, number>): Promise<Operation> =>
  answerOf(api.POST('/api/formations/{formation}/scale/containers', { ...of(formation), ...async, body }));
export const scaleLayers = (formation: string, body: Record<string, number>): Promise<Operation> =>
  answerOf(api.POST('/api/formations/{formation}/scale/layers', { ...of(formation), ...async, body }));
