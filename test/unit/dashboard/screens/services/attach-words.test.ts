import assert from 'node:assert/strict';
import {
  newService,
  takeConnections,
  variableOf,
} from '../../../../../dashboard/screens/services/attach-words.js';
import { variableOf as ofTheServer } from '../../../../../server/formation/services/service-url.js';

describe('a service to be attached', () => {
  it('is a formation whose proxies pass on connections, and not the one that it is attached to', () => {
    const formations = [
      { id: 'kv', urls: ['tcp://203.0.113.7:6379'] },
      { id: 'shop', urls: ['tcp://203.0.113.8:10000'] },
      { id: 'blog', urls: ['http://blog.example.com/'] },
      { id: 'new', urls: [] },
    ];
    assert.deepEqual(takeConnections(formations, 'shop'), ['kv']);
  });

  it('is sent without what is as by default', () => {
    assert.deepEqual(newService({ service: 'kv', variable: ' ', template: '' }), { service: 'kv' });
    assert.deepEqual(newService({ service: 'kv', variable: ' CACHE ', template: 'redis://{host}:{port}' }), {
      ...{ service: 'kv', variable: 'CACHE', template: 'redis://{host}:{port}' },
    });
  });

  it('has the variable by its name that the controller gives it', () => {
    for (const name of ['kv', 'orders-db']) assert.equal(variableOf(name), ofTheServer(name));
  });
});
