import assert from 'node:assert/strict';
import {
  awaitsPush,
  knownHostsLines,
  lacksNodes,
  pushCommands,
} from '../../../../../dashboard/screens/overview/first-steps.js';

const layer = (count: number) => ({ count, nodes_ready: 0 });

describe('what a new formation needs next', () => {
  it('is told while nothing is live, to those who may push', () => {
    assert.equal(awaitsPush({ live_release: null, may: ['see', 'push'], guests: [] }), true);
    assert.equal(awaitsPush({ live_release: null, may: ['see'], guests: [] }), false);
    assert.equal(awaitsPush({ live_release: null, may: ['see', 'push'], guests: ['blog'] }), false);
    assert.equal(awaitsPush({ live_release: 3, may: ['see', 'push'], guests: [] }), false);
  });

  it('is nodes, where no layer is to have one, and it lives on no others', () => {
    assert.equal(lacksNodes({ on: null, layers: { runtime: layer(0), proxy: layer(0) } }), true);
    assert.equal(lacksNodes({ on: null, layers: {} }), true);
    assert.equal(lacksNodes({ on: null, layers: { runtime: layer(1), proxy: layer(0) } }), false);
    assert.equal(lacksNodes({ on: 'platform', layers: {} }), false);
  });

  it('is a push', () => {
    assert.deepEqual(pushCommands({ git_url: 'ssh://git@127.0.0.1:2222/shop.git' }), [
      'git remote add deis ssh://git@127.0.0.1:2222/shop.git',
      'git push deis HEAD:master',
    ]);
  });

  it('is the host that ssh is to know', () => {
    const keys = ['ssh-ed25519 AAAA'];
    assert.deepEqual(knownHostsLines({ host: 'deis.example.com', port: 22, host_keys: keys }), [
      'deis.example.com ssh-ed25519 AAAA',
    ]);
    assert.deepEqual(knownHostsLines({ host: '[::1]', port: 2222, host_keys: keys }), [
      '[::1]:2222 ssh-ed25519 AAAA',
    ]);
  });
});
