import assert from 'node:assert/strict';
import { ProfileStore } from '../../../cli/controller/profile.js';
import { FakeController } from '../fakes/fake-controller.js';
import { TestTerminal } from '../cli/test-terminal.js';

export interface CannedFormation {
  readonly controller: FakeController;
  readonly terminal: TestTerminal;
  /** Runs a command on the formation, which must exit with this code. */
  deis(expected: number, ...words: string[]): Promise<void>;
  /** Bodies of the changes that were asked for. */
  sent(): unknown[];
}

/**
 * A formation `peachy` at a controller of canned answers, and a terminal logged in there, both new for each
 * test of the suite that calls it.
 * @param path below the formation: GET answers `present`, POST an operation that ends with `result`
 */
export function cannedFormation(path: string, present: object, result: object): CannedFormation {
  const url = `/api/formations/peachy/${path}`;
  let controller: FakeController;
  let terminal: TestTerminal;

  beforeEach(async () => {
    controller = await new FakeController().start();
    terminal = new TestTerminal();
    await new ProfileStore(terminal).save({ controller: controller.url, username: 'ada', token: 't0ken' });
    controller.answer(`GET ${url}`, 200, present);
    controller.operation(`POST ${url}`, [{ id: 1, event: 'end', data: { state: 'succeeded' } }], {
      state: 'succeeded',
      result,
    });
  });
  afterEach(async () => {
    await controller.stop();
    terminal.dispose();
  });

  return {
    get controller() {
      return controller;
    },
    get terminal() {
      return terminal;
    },
    deis: async (expected, ...words) =>
      assert.equal(await terminal.deis(...words, '-f', 'peachy'), expected, terminal.err),
    sent: () => controller.to(`POST ${url}`).map(({ body }) => body),
  };
}
