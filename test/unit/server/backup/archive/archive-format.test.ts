import assert from 'node:assert/strict';
import { UserError } from '../../../../../base/errors.js';
import {
  digestOfPart,
  parseHead,
  parseManifest,
  sections,
} from '../../../../../server/backup/archive/archive-format.js';

const head = {
  format: 1,
  version: '0.1.0',
  createdAt: '2026-11-29T02:05:31.000Z',
  instance: '0a1b2c3d',
  migrations: ['0001-formations', '0002-releases'],
  tables: [{ name: 'users', columns: ['id', 'username'] }],
  store: null,
  masterKey: { id: '0011223344556677', check: 'AAAA', inside: false },
};
const known = ['0001-formations', '0002-releases', '0003-operations'];
const parse = (change: object): unknown => parseHead(JSON.stringify({ ...head, ...change }), known);

describe('the head of an archive', () => {
  it('of this version, with images or without, or of an older schema, is read', () => {
    assert.deepEqual(parse({}), head);
    assert.deepEqual(parse({ format: 2 }), { ...head, format: 2 });
    assert.deepEqual(parse({ migrations: ['0001-formations'] }), {
      ...head,
      migrations: ['0001-formations'],
    });
  });

  for (const [change, message] of [
    [
      { format: 3, version: '3.0.0', tables: 'otherwise' },
      /format 3, made by Deis Classic 3\.0\.0, and .* up to 2/,
    ],
    [
      { migrations: [...known, '0099-later'], version: '3.0.0' },
      /newer \(0099-later\), made by Deis Classic 3\.0\.0/,
    ],
  ] as const)
    it(`of a newer ${Object.keys(change)[0]} is refused in one sentence`, () => {
      assert.throws(
        () => parse(change),
        (error) => error instanceof UserError && message.test(error.message),
      );
    });

  it('that names something else than a table is refused', () => {
    assert.throws(() => parse({ tables: [{ name: 'users; drop table users', columns: ['id'] }] }));
    assert.throws(() => parse({ instance: '../../etc' }));
  });

  it('that is no JSON is refused', () => {
    assert.throws(() => parseHead('nonsense', known), UserError);
  });
});

describe('a part of an image in an archive', () => {
  const digest = `sha256:${'0a'.repeat(32)}`;

  it('has a section of its digest, and no other section is one', () => {
    assert.equal(digestOfPart(sections.part(digest)), digest);
    for (const name of [sections.registry, 'registry/../../etc', `slugs/${'0a'.repeat(32)}`, 'registry/0A'])
      assert.equal(digestOfPart(name), undefined);
  });

  it('is nothing that manifests of before speak of', () => {
    const before = { tables: {}, sequences: {}, files: {}, missing: ['ab/app.tgz'] };
    assert.deepEqual(parseManifest(JSON.stringify(before)), { ...before, missingImages: [] });
  });
});
