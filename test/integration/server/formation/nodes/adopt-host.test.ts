import assert from 'node:assert/strict';
import { Conflict, RemoteFailure, UserError } from '../../../../../base/errors.js';
import { generateSshKeyPair } from '../../../../../provisioner/ssh/host-key.js';
import { enterOver } from '../../../../../provisioner/node-commands/node-commands.js';
import { RecordingTransport } from '../../../../../provisioner/ssh/recording-transport.js';
import type { FormationParts } from '../../../../../server/formation/context/formation-parts.js';
import { createLayer } from '../../../../../server/formation/layers/create-layer.js';
import { adoptHost } from '../../../../../server/formation/nodes/adopt-host.js';
import type { LayerRecord } from '../../../../../server/store/infrastructure/layer-store.js';
import { FormationHarness } from '../../../../support/server/formation-harness.js';
import { goodHost } from '../../../../support/nodes/good-host.js';

const signal = new AbortController().signal;

describe('an own host', function () {
  this.timeout(20_000);
  const host = generateSshKeyPair().publicKey;
  const stranger = generateSshKeyPair().publicKey;
  let h: FormationHarness;
  let layer: LayerRecord;
  /** What a proxy is shown at the private address; null: it does not answer itself. */
  let shown: string | null;
  let isOwnAddress: boolean;
  let asked: string[];

  beforeEach(async () => {
    h = await FormationHarness.create();
    [shown, isOwnAddress, asked] = ['', false, []];
  });

  afterEach(() => h.close());

  const start = async (counts: Record<string, number> = {}): Promise<void> => {
    if (Object.keys(counts).length > 0) assert.equal((await h.scaleLayers(counts)).state, 'succeeded');
    const { id: providerId } = await h.stores.providers.insert({
      ownerId: h.user.id,
      name: 'racks',
      type: 'static',
      creds: {},
    });
    const flavor = await h.stores.flavors.insert({
      ownerId: h.user.id,
      providerId,
      name: 'racks',
      params: {},
      init: '',
    });
    layer = await createLayer(parts(), h.user, h.formation, { name: 'racks', kind: 'runtime', flavor });
  };

  /** The host, and nodes of the formation that are asked about it. */
  const parts = (): FormationParts => ({
    ...h.parts,
    enterNode: enterOver(
      new RecordingTransport({
        onExec: ({ node, command, stdin }) => {
          if (stdin.reveal().includes('ssh-keyscan')) {
            asked.push(node);
            if (shown === null) return new RemoteFailure(`${node}: no answer`, { node, phase: 'deadline' });
            return { stdout: `${command.at(-1)!} - ${shown.replace(' ', ',')}\nend\n` };
          }
          if (stdin.reveal().includes('hostname -I')) return { stdout: isOwnAddress ? 'yes\n' : 'no\n' };
          return { stdout: goodHost };
        },
      }),
    ),
  });
  const adopt = (privateAddress?: string) => {
    const request = { layer, address: '203.0.113.21', privateAddress, hostKey: host };
    return adoptHost(parts(), h.user, h.formation, request, signal);
  };
  const refused = async (expected: RegExp): Promise<void> => {
    await assert.rejects(
      adopt('10.0.0.22'),
      (error) =>
        error instanceof UserError && error.field === 'private_address' && expected.test(error.message),
    );
    assert.deepEqual(await h.stores.nodes.ofLayer(layer.id), []);
  };

  it('needs no proof of the address that it was looked at under', async () => {
    await start();
    await adopt();
    assert.deepEqual(asked, []);
  });

  it('must have its private address itself while there is no other node to ask', async () => {
    await start();
    await refused(
      /10\.0\.0\.22 is not an address of 203\.0\.113\.21, nothing was touched: none of its interf/,
    );
    isOwnAddress = true;
    await adopt('10.0.0.22');
    assert.deepEqual(asked, []);
  });

  it('joins no nodes that a guest has moved from, which pass on still', async () => {
    await start();
    const platform = await h.stores.formations.insert({ ownerId: h.user.id, name: 'platform' });
    const places = { hostId: platform.id, formerHostId: h.formation.id };
    await h.stores.formations.setPlaces(h.formation.id, places);
    await assert.rejects(adopt(), (error) => error instanceof Conflict && /--finish/.test(error.message));
    assert.deepEqual(await h.stores.nodes.ofLayer(layer.id), []);
  });

  it('is known by its key from a proxy, behind address translation too', async () => {
    await start({ runtime: 1, proxy: 1 });
    shown = host;
    await adopt('10.0.0.22');
    assert.deepEqual(asked, ['app-proxy-1']);
  });

  it('is refused where a proxy meets a stranger, even one with the address on the host, too', async () => {
    await start({ proxy: 1 });
    [shown, isOwnAddress] = [stranger, true];
    await refused(/app-proxy-1 is shown the SSH host key of another machine there/);
  });

  it('is refused where a proxy meets nobody, unless SSH is closed and the address is its own', async () => {
    await start({ proxy: 1 });
    await refused(/none of its interfaces has it, and app-proxy-1 gets no answer there/);
    shown = null;
    await refused(/none of its interfaces has it\. `hostname -I`/);
    isOwnAddress = true;
    await adopt('10.0.0.22');
  });
});
