import type { LiveFormation } from '../../bench/live-formation.js';
import { examplesOf } from '../../soak/examples/example-apps.js';
import { deployExample, startExamples } from '../../soak/examples.js';
import { itOnline, whyUnreachable } from '../support/online.js';

/**
 * The apps of examples/, on the nodes of one formation. Those that build long take turns, one a day:
 * TEST_ROTATION=all deploys all of them, TEST_ROTATION=java-hello that one, `npm run soak -- examples`
 * deploys all at any time.
 */
describe('the apps of examples/', function () {
  this.timeout(400_000);
  let formation: LiveFormation;
  const unreachable = new Map<string, string | undefined>();
  const chosen = examplesOf(new Date(), process.env['TEST_ROTATION']);

  before(async function () {
    this.timeout(600_000);
    for (const registry of new Set(chosen.map((example) => example.registry)))
      if (registry !== undefined) unreachable.set(registry, await whyUnreachable(registry));
    formation = await startExamples();
  });

  after(() => formation?.close());

  for (const example of chosen)
    itOnline(
      () => unreachable.get(example.registry ?? ''),
      `deploys ${example.name} as it is`,
      () => deployExample(formation, example, (line) => console.log(`      ${line}`)),
    );
});
