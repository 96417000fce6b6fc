import assert from 'node:assert/strict';
import { clearFormation } from '../../../quickstart/ensure-formation.js';
import { ownAppLine } from '../../../quickstart/own-app-line.js';

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

describe("the quickstart's last words", () => {
  it('name the command for an app beside its own, and what gives that an address', () => {
    const line = ownAppLine('sudo deis');
    assert.match(line, /: sudo deis create my-app --on=quickstart \(/);
    assert.match(line, /sudo deis domains:add my-app\.test/);
  });
});
