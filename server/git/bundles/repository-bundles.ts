import { randomUUID } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BlobStore } from '../../blobs/blob-store.js';
import { writeDurably } from '../../blobs/durable-file.js';
import { measured } from '../../blobs/measured.js';
import type { FormationRecord } from '../../store/app/formation-store.js';
import type { RepositoryBundleRecord } from '../../store/app/builds/repository-bundle-store.js';
import type { Stores } from '../../store/stores.js';
import type { GitRepositories, GitRepository } from '../repository/git-repository.js';

export interface RepositoryBundlesOptions {
  readonly repositories: GitRepositories;
  readonly stores: Stores;
  readonly blobs: BlobStore;
  /** Folder of this host for bundles that are being fetched. */
  readonly spool: string;
}

type Formation = Pick<FormationRecord, 'id' | 'name'>;
export type Push = Pick<RepositoryBundleRecord, 'operationId' | 'ref' | 'commit'>;

/** Which formation's a repository is: another of that name may have been here before. */
const ownerFile = 'deis-formation';
const maxRounds = 5;
const bundleMs = 600_000;

/**
 * Keeps the repositories of several hosts alike, without a shared folder: each push is a bundle in the store
 * before its operation is queued, and the database knows which bundle has what a ref points to.
 */
export class RepositoryBundles {
  constructor(private readonly options: RepositoryBundlesOptions) {}

  /** The formation's repository with its refs where the last push left them, whichever host that was on. */
  async open(formation: Formation): Promise<GitRepository> {
    const { repositories } = this.options;
    let repository = await repositories.open(formation.name);
    const owner = await readFile(join(repository.path, ownerFile), 'utf8').catch(() => undefined);
    if (owner !== undefined && owner !== String(formation.id)) {
      await rm(repository.path, { recursive: true, force: true });
      repository = await repositories.open(formation.name);
    }
    if (owner !== String(formation.id))
      await writeFile(join(repository.path, ownerFile), String(formation.id));
    await this.#moveRefs(repository, formation);
    return repository;
  }

  /** The same, with the commit of a push that another host may have received, held for its operation. */
  async openFor(formation: Formation, push: Pick<Push, 'operationId' | 'commit'>): Promise<GitRepository> {
    const repository = await this.open(formation);
    if (await repository.hasCommit(push.commit)) return repository;
    const bundle = await this.options.stores.repositoryBundles.ofOperation(push.operationId);
    if (bundle !== undefined) await this.#fetch(repository, bundle);
    await repository.keep(push.operationId, push.commit);
    return repository;
  }

  /** Puts all that a push's commit needs into the store. The commit is in the repository. */
  async save(repository: GitRepository, formation: Formation, push: Push): Promise<void> {
    const path = await repository.bundle(push, AbortSignal.timeout(bundleMs), async (bytes) => {
      const bundle = measured(bytes);
      let key = '';
      await this.options.blobs.put(bundle.stream, () => {
        key = `${bundle.sha256()}/${formation.name}.bundle`;
        return key;
      });
      return key;
    });
    await this.options.stores.repositoryBundles.insert({ ...push, formationId: formation.id, path });
  }

  /** To be called under the lock that the ref was moved under. */
  moved(operationId: string): Promise<void> {
    return this.options.stores.repositoryBundles.markMoved(operationId);
  }

  /** Fetched without a lock; moved under the one that pushes move refs under, should nothing have changed. */
  async #moveRefs(repository: GitRepository, { id, name }: Formation): Promise<void> {
    const { stores } = this.options;
    const stale = async (): Promise<RepositoryBundleRecord[]> => {
      const newest = await stores.repositoryBundles.newest(id);
      const here = await Promise.all(newest.map(({ ref }) => repository.refValue(ref)));
      return newest.filter(({ commit }, at) => here[at] !== commit);
    };
    for (let round = 0; round < maxRounds; round += 1) {
      const wanted = await stale();
      if (wanted.length === 0) return;
      for (const bundle of wanted)
        if (!(await repository.hasCommit(bundle.commit))) await this.#fetch(repository, bundle);
      await stores.withLock(`refs of ${name}`, async () => {
        for (const { ref, commit } of await stale())
          if (await repository.hasCommit(commit))
            await repository.moveRef(ref, commit, await repository.refValue(ref));
      });
    }
    throw new Error(`the repository of ${name} changes faster than it can be brought up to date`);
  }

  async #fetch(repository: GitRepository, { path, commit }: RepositoryBundleRecord): Promise<void> {
    const { blobs, spool } = this.options;
    const file = join(spool, randomUUID());
    const bundle = measured(await blobs.get(path));
    try {
      await writeDurably(bundle.stream, spool, () => file);
      const sha256 = bundle.sha256();
      if (!path.startsWith(`${sha256}/`)) throw new Error(`${path} in the store has the sha256 ${sha256}`);
      await repository.unbundle(file, AbortSignal.timeout(bundleMs));
    } finally {
      await rm(file, { force: true });
    }
    if (!(await repository.hasCommit(commit))) throw new Error(`${path} in the store lacks ${commit}`);
  }
}
