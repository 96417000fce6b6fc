import assert from 'node:assert/strict';
import { productFolders, sourceFiles } from '../support/source-imports.js';

/**
 * What a folder may import of the project, apart from itself. Data flows one way: cli -> server ->
 * provisioner -> cookbooks -> templates.
 */
const allowed: Readonly<Record<string, readonly string[]>> = {
  cli: [],
  server: ['provisioner', 'cookbooks', 'templates'],
  provisioner: ['cookbooks', 'templates'],
  cookbooks: ['templates'],
  templates: [],
  quickstart: ['server/settings.ts', 'provisioner', 'cookbooks'],
};

/** Rooms of the server: what each may import of its siblings. */
const serverRooms: Readonly<Record<string, readonly string[]>> = {
  api: ['formation', 'operation', 'store', 'log', 'slug'],
  build: ['formation', 'operation', 'store', 'slug'],
  formation: ['operation', 'store'],
  log: ['store'],
  operation: ['store'],
  slug: ['store'],
  store: [],
};

const files = productFolders.flatMap((folder) => sourceFiles(folder));

const isBelow = (path: string, place: string): boolean => path === place || path.startsWith(`${place}/`);

describe('import direction', () => {
  for (const folder of productFolders) {
    it(`${folder}/ imports only what stands below it`, () => {
      const wrong = files
        .filter((file) => isBelow(file.path, folder))
        .flatMap((file) =>
          file.imports
            .filter(
              (name) =>
                productFolders.some((other) => other !== folder && isBelow(name, other)) &&
                !allowed[folder]!.some((place) => isBelow(name, place)),
            )
            .map((name) => `${file.path} -> ${name}`),
        );
      assert.deepEqual(wrong, []);
    });
  }

  for (const [room, below] of Object.entries(serverRooms)) {
    it(`server/${room}/ imports only ${below.join(', ') || 'itself'} of the server`, () => {
      const wrong = files
        .filter((file) => isBelow(file.path, `server/${room}`))
        .flatMap((file) =>
          file.imports
            .map((name) => /^server\/([^/.]+)\//.exec(name)?.[1])
            .filter((other) => other !== undefined && other !== room && !below.includes(other))
            .map((other) => `${file.path} -> server/${other}`),
        );
      assert.deepEqual(wrong, []);
    });
  }

  it('server/compose.ts alone is imported by main.ts as the composition root', () => {
    const importers = files
      .filter((file) => file.imports.includes('server/compose.ts'))
      .map((file) => file.path);
    assert.deepEqual(importers, ['server/main.ts']);
    const helpers = files
      .filter(
        (file) =>
          file.imports.some((name) => name.startsWith('server/compose/')) &&
          !file.path.startsWith('server/compose'),
      )
      .map((file) => file.path);
    assert.deepEqual(helpers, []);
  });

  it('templates/render.ts alone imports the template engines', () => {
    const importers = files
      .filter((file) => file.imports.some((name) => name === 'nunjucks' || name === 'handlebars'))
      .map((file) => file.path);
    assert.deepEqual(importers, ['templates/render.ts']);
  });

  it('one loop sleeps: base/wait-until.ts', () => {
    const importers = files
      .filter((file) => file.imports.includes('node:timers/promises'))
      .map((file) => file.path);
    assert.deepEqual(
      importers.filter((path) => !path.startsWith('cli/')),
      ['base/wait-until.ts'],
    );
  });

  it('no file stands in an import cycle', () => {
    assert.deepEqual(cycles(), []);
  });
});

/** Files that can reach themselves through imports. */
function cycles(): string[] {
  const edges = new Map(
    files.map((file) => [file.path, file.imports.filter((name) => name.endsWith('.ts'))]),
  );
  const reaches = (from: string): Set<string> => {
    const seen = new Set<string>();
    const queue = [...(edges.get(from) ?? [])];
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      if (seen.has(next)) continue;
      seen.add(next);
      queue.push(...(edges.get(next) ?? []));
    }
    return seen;
  };
  return files.map((file) => file.path).filter((path) => reaches(path).has(path));
}
