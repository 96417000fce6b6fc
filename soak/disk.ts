import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { execa } from 'execa';
import { LiveFormation } from '../bench/live-formation.js';
import { waitUntil } from '../base/wait-until.js';
import { askAnew } from '../test/support/server/ask-anew.js';
import { insideNode } from '../test/support/nodes/inside-node.js';
import type { Soak } from './soak.js';

const kept = 3;
const megabyte = 1024;
/** KiB of each deploy's own file. */
const payload = 2 * megabyte;

/** `[DEPLOYS]`, default 100: each brings a new file of 2 MB, which does not compress. */
export const soak: Soak = {
  about:
    'many deploys do not grow the disks of nodes and controller beyond the releases that are kept; ' +
    'then three rollbacks',
  run: ({ args, talk }) => deployOften({ deploys: Number(args[0] ?? 100), talk }),
};

interface DiskRow {
  readonly deploys: number;
  readonly talk: (line: string) => void;
}

/** @throws AssertionError when a disk grew, or a kept release could not be rolled back to */
export async function deployOften({ deploys, talk }: DiskRow): Promise<void> {
  const settings = {
    DEIS_KEEP_RELEASES: String(kept),
    DEIS_COLLECT_SECONDS: '1',
    DEIS_COLLECT_GRACE_SECONDS: '1',
    DEIS_DRAIN_SECONDS: '1',
  };
  const formation = await LiveFormation.start('static-site', ['runtime=1', 'proxy=1'], settings);
  try {
    await deploy(formation, 1);
    const early = await sizes(formation);
    for (let round = 2; round <= deploys; round += 1) {
      await deploy(formation, round);
      if (round % 10 === 0) talk(`${round} deploys: ${JSON.stringify(await sizes(formation))}`);
    }
    await assertBounded(formation, early, talk);
    for (let back = 1; back <= kept; back += 1) await rollBack(formation, deploys - back);
  } finally {
    await formation.close();
  }
}

async function deploy({ developer }: LiveFormation, round: number): Promise<void> {
  developer.write('index.html', `<!doctype html>deploy ${round}\n`);
  developer.write('payload.bin', randomBytes((payload * 1024) / 2).toString('hex'));
  await developer.commit(`Deploy ${round}`);
  await developer.git(['push', 'deis', 'master']);
}

interface Sizes {
  /** KiB of slugs beside the runtime, which is there once. */
  readonly controller: number;
  readonly node: number;
  readonly containers: number;
}

async function sizes({ controller, nodes }: LiveFormation): Promise<Sizes> {
  const runtime = nodes.find(({ layer }) => layer === 'runtime')!;
  return {
    controller: Number((await execa('du', ['-sk', `${controller.dataDir}/slugs`])).stdout.split('\t')[0]),
    node: Number((await insideNode(runtime.cloud_id, 'du -sk /opt/deis/slugs')).split('\t')[0]),
    containers: Number(await insideNode(runtime.cloud_id, 'docker ps -aq | wc -l')),
  };
}

/** Collecting and retiring go on after a push has ended: they are waited for, with a deadline. */
async function assertBounded(formation: LiveFormation, early: Sizes, talk: DiskRow['talk']): Promise<void> {
  const most: Sizes = {
    controller: early.controller + payload * (kept + 1),
    node: early.node + payload,
    containers: early.containers,
  };
  let last: Sizes = early;
  const isBounded = async (): Promise<true | undefined> => {
    last = await sizes(formation);
    return last.controller <= most.controller && last.node <= most.node && last.containers <= most.containers
      ? true
      : undefined;
  };
  await waitUntil(isBounded, {
    deadlineMs: 30_000,
    intervalMs: 500,
    what: 'the disks to be within their bounds',
  }).catch(() => undefined);
  talk(`bounds ${JSON.stringify(most)}, in the end ${JSON.stringify(last)}`);
  assert.ok(
    last.controller <= most.controller && last.node <= most.node && last.containers <= most.containers,
    `the disks grew: ${JSON.stringify(last)}, at most ${JSON.stringify(most)}`,
  );
}

async function rollBack({ developer, urls }: LiveFormation, round: number): Promise<void> {
  const releases = await developer.json<
    { version: number; summary: string; live: boolean; can_roll_back: boolean; sha: string | null }[]
  >(['releases']);
  const { stdout: sha } = await developer.git(['log', '--format=%H', `--grep=^Deploy ${round}$`]);
  const wanted = releases.find((release) => release.sha === sha.trim() && release.can_roll_back);
  assert.ok(wanted, `no release of deploy ${round} can be rolled back to: ${JSON.stringify(releases)}`);
  await developer.deis(['rollback', `v${wanted.version}`]);
  assert.match(await (await askAnew(urls[0]!)).text(), new RegExp(`deploy ${round}$`, 'm'));
}
