import assert from 'node:assert/strict';
import {
  clearFormation,
  goneNodes,
  replaceNodes,
  targetOf,
} from '../../../../quickstart/app/ensure-formation.js';
import { ensureScale } from '../../../../quickstart/app/ensure-scale.js';
import { ownAppLine } from '../../../../quickstart/app/own-app-line.js';

describe("the quickstart's formation whose machines are gone", () => {
  const cleared = async (guests: readonly string[]): Promise<{ asked: string[]; notes: string[] }> => {
    const asked: string[] = [];
    const notes: string[] = [];
    const deis = async (args: readonly string[]): Promise<string> => {
      asked.push(args.join(' '));
      return JSON.stringify({ guests });
    };
    await clearFormation({ deis }, (line) => notes.push(line));
    return { asked: asked.slice(1), notes };
  };

  it('is destroyed, to be made again', async () => {
    assert.deepEqual(await cleared([]), {
      asked: ['destroy --confirm=quickstart -f quickstart'],
      notes: ['its machines are gone: making it again'],
    });
  });

  it('stays with apps beside its own, and loses its nodes alone', async () => {
    assert.deepEqual(await cleared(['blog', 'my-app']), {
      asked: ['layers:scale runtime=0 proxy=0 -f quickstart'],
      notes: ['its machines are gone: making its nodes again, for blog, my-app, too'],
    });
  });
});

describe("the quickstart's nodes", () => {
  const id = (digit: string): string => digit.repeat(64);
  const nodes = [
    { id: 'quickstart-runtime-1', layer: 'runtime', cloud_id: id('1') },
    { id: 'quickstart-runtime-2', layer: 'runtime', cloud_id: id('2') },
    { id: 'quickstart-proxy-1', layer: 'proxy', cloud_id: id('3') },
    { id: 'quickstart-db-1', layer: 'db', cloud_id: '192.0.2.7' },
    { id: 'quickstart-runtime-3', layer: 'runtime', cloud_id: null },
  ];
  const found = (...machines: readonly string[]) => {
    const { gone, areAll } = goneNodes(nodes, machines);
    return [gone.map((node) => node.id), areAll];
  };

  it('are gone where the engine has their containers no more, those that are none not', () => {
    assert.deepEqual(found(id('1'), id('2'), id('3'), id('9')), [[], false]);
    assert.deepEqual(found(id('2')), [['quickstart-proxy-1', 'quickstart-runtime-1'], false]);
    assert.deepEqual(found(id('9')), [
      ['quickstart-proxy-1', 'quickstart-runtime-1', 'quickstart-runtime-2'],
      true,
    ]);
    assert.deepEqual(goneNodes([], []), { gone: [], areAll: false });
  });

  it('are replaced one by one', async () => {
    const asked: string[] = [];
    const notes: string[] = [];
    const deis = async (args: readonly string[]): Promise<string> => {
      asked.push(args.join(' '));
      return '';
    };
    await replaceNodes({ deis }, nodes.slice(0, 2), (line) => notes.push(line));
    assert.deepEqual(asked, [
      'nodes:replace quickstart-runtime-1 -f quickstart',
      'nodes:replace quickstart-runtime-2 -f quickstart',
    ]);
    assert.equal(notes[0], 'the machine of quickstart-runtime-1 is gone: replacing it');
  });
});

describe("the quickstart's scale", () => {
  it('of layers is its own at least, and what they were scaled to since', () => {
    const layers = (runtime: number, proxy: number) => [
      { id: 'runtime', count: runtime },
      { id: 'proxy', count: proxy },
      { id: 'db', count: 7 },
    ];
    assert.deepEqual(targetOf([]), { runtime: 2, proxy: 1 });
    assert.deepEqual(targetOf(layers(0, 0)), { runtime: 2, proxy: 1 });
    assert.deepEqual(targetOf(layers(3, 2)), { runtime: 3, proxy: 2 });
  });

  it('of the app is two at least, and what it was scaled to since', async () => {
    const scaled = async (serving: number): Promise<string[]> => {
      const said: string[] = [];
      const rows = [
        ...Array.from({ length: serving }, () => ({ type: 'web', state: 'serving' })),
        { type: 'web', state: 'retiring' },
        { type: 'worker', state: 'serving' },
      ];
      const person = {
        list: <T>() => Promise.resolve(rows as unknown[] as T[]),
        deis: (args: readonly string[]) => {
          said.push(args.join(' '));
          return Promise.resolve('');
        },
      };
      await ensureScale(person, (line) => said.push(line));
      return said;
    };
    assert.deepEqual(await scaled(1), ['scale web=2 -f quickstart']);
    assert.deepEqual(await scaled(2), ['two web containers serve']);
    assert.deepEqual(await scaled(5), ['5 web containers serve']);
  });
});

describe("the quickstart's last words", () => {
  it('name the command for an app beside its own, and what gives that an address', () => {
    const line = ownAppLine('sudo deis');
    assert.match(line, /: sudo deis create my-app --on=quickstart \(/);
    assert.match(line, /sudo deis domains:add my-app\.test/);
  });
});
