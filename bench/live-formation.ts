import { waitUntil } from '../base/wait-until.js';
import { ControllerProcess } from '../test/support/server/controller-process.js';
import { Developer } from '../test/support/cli/developer.js';
import { prepareMachine } from '../test/support/nodes/docker-machine.js';

interface Node {
  readonly id: string;
  readonly layer: string;
  readonly address: string;
  readonly cloud_id: string;
}

/**
 * A controller of its own with a formation `bench` on docker nodes, and a developer who works on it with the
 * real deis and git.
 */
export class LiveFormation {
  /** Where `bench` is pushed to. */
  #remote: string | undefined;

  private constructor(
    readonly controller: ControllerProcess,
    readonly developer: Developer,
    readonly nodes: readonly Node[],
    private readonly token: string,
  ) {}

  /** Starts all of it, nothing pushed yet. @param layers as `layers:scale` takes them */
  static async start(
    app: string,
    layers: readonly string[],
    settings: Readonly<Record<string, string>> = {},
  ): Promise<LiveFormation> {
    await prepareMachine();
    const controller = new ControllerProcess();
    try {
      await controller.start(settings);
      const developer = new Developer(controller, 'ada');
      await developer.makeKey();
      await developer.startApp(app);
      const password = 'correct horse battery';
      await developer.deisHere([
        'register',
        controller.running.url,
        '--username=ada',
        `--password=${password}`,
        '--email=ada@example.com',
        '--known-hosts=yes',
      ]);
      await developer.deisHere(['keys:add', `${developer.home}/.ssh/id_ed25519.pub`]);
      await developer.deisHere(['create', '--id=bench', '--flavor=docker', '--known-hosts=yes']);
      await developer.deisHere(['layers:scale', ...layers]);
      const answer = await fetch(`${controller.running.url}/api/auth/login`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ username: 'ada', password }),
      });
      const { token } = (await answer.json()) as { token: string };
      return new LiveFormation(controller, developer, await developer.json<Node[]>(['nodes']), token);
    } catch (error) {
      await controller.remove();
      throw error;
    }
  }

  /** The same while `work` goes on. */
  static async during(
    [app, layers, settings]: readonly [
      app: string,
      layers: readonly string[],
      settings: Readonly<Record<string, string>>,
    ],
    work: (formation: LiveFormation) => Promise<void>,
  ): Promise<void> {
    const formation = await LiveFormation.start(app, layers, settings);
    try {
      await work(formation);
    } finally {
      await formation.close();
    }
  }

  /** Address of each proxy. */
  get urls(): string[] {
    return this.nodes.filter(({ layer }) => layer === 'proxy').map(({ address }) => `http://${address}/`);
  }

  /** Seconds of each step of a formation's newest operation of a kind. */
  async stepsOfNewest(kind: string, formation = 'bench'): Promise<ReadonlyMap<string, number>> {
    const path = `/api/formations/${formation}/operations?limit=20`;
    const { results } = (await (await this.#get(path)).json()) as {
      results: { id: string; kind: string }[];
    };
    const operation = results.find((each) => each.kind === kind);
    if (operation === undefined) throw new Error(`there is no operation ${kind}`);
    const text = await (await this.#get(`/api/operations/${operation.id}/events`)).text();
    const steps = new Map<string, number>();
    const begun = new Map<string, number>();
    for (const block of text.split('\n\n')) {
      const type = /^event: (.*)$/m.exec(block)?.[1];
      const data = JSON.parse(/^data: (.*)$/m.exec(block)?.[1] ?? '{}') as { step?: string; at?: string };
      if (data.step === undefined || data.at === undefined) continue;
      if (type === 'step-started') begun.set(data.step, Date.parse(data.at));
      if (type === 'step-ended')
        steps.set(data.step, (Date.parse(data.at) - (begun.get(data.step) ?? Number.NaN)) / 1000);
    }
    return steps;
  }

  /** Converges every node of a formation, and resolves when that has ended. @throws unless it succeeded */
  async converge(formation: string): Promise<void> {
    const asked = await fetch(`${this.controller.running.url}/api/formations/${formation}/converge`, {
      method: 'POST',
      headers: { Authorization: `token ${this.token}`, 'Content-Type': 'application/json' },
      body: '{}',
    });
    let operation = (await asked.json()) as { id: string; state: string };
    while (asked.ok && ['queued', 'running'].includes(operation.state)) {
      // The stream ends with the operation.
      await (await this.#get(`/api/operations/${operation.id}/events`)).text();
      operation = (await (await this.#get(`/api/operations/${operation.id}`)).json()) as typeof operation;
    }
    if (operation.state !== 'succeeded') throw new Error(`${formation}: ${JSON.stringify(operation)}`);
  }

  /** Commits the example app with another greeting. */
  async commitGreeting(greeting: string): Promise<void> {
    this.developer.write('greeting.txt', `${greeting}\n`);
    await this.developer.commit(`Say ${greeting}`);
  }

  async pushGreeting(greeting: string): Promise<void> {
    await this.commitGreeting(greeting);
    await this.developer.git(['push', 'deis', 'master']);
  }

  /** Pushes what is committed to a formation, whichever the repository's remote names. */
  async push(formation: string): Promise<void> {
    this.#remote ??= (await this.developer.git(['remote', 'get-url', 'deis'])).stdout.trim();
    await this.developer.git(['push', this.#remote.replace(/\bbench\.git$/, `${formation}.git`), 'master']);
  }

  /**
   * Resolves when no operation of a formation is queued or running: the old containers of the push before have gone,
   * too.
   */
  async atRest(deadlineMs = 60_000, formation = 'bench'): Promise<void> {
    const isOver = async (): Promise<true | undefined> =>
      (await this.developer.json<{ state: string }[]>(['ops', '-f', formation])).every(
        ({ state }) => state !== 'queued' && state !== 'running',
      )
        ? true
        : undefined;
    await waitUntil(isOver, { deadlineMs, intervalMs: 250, what: 'the operations to end' });
  }

  async close(): Promise<void> {
    await this.controller.remove();
  }

  #get(path: string): Promise<Response> {
    return fetch(`${this.controller.running.url}${path}`, {
      headers: { Authorization: `token ${this.token}` },
    });
  }
}
