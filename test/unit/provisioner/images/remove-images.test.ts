import assert from 'node:assert/strict';
import type Docker from 'dockerode';
import { removeImages, type Leaving } from '../../../../provisioner/images/remove-images.js';

interface Held {
  /** Image id -> instance of the container, null: of nobody of ours. */
  readonly containers?: Readonly<Record<string, string | null>>;
  readonly networks?: readonly string[];
  readonly volumes?: readonly string[];
  /** Ids that Docker does not give up. */
  readonly busy?: readonly string[];
}

describe('removing images', () => {
  const images = {
    stack: [
      { Id: 'stack', RepoTags: ['deis/stack:0123456789ab', 'deis/stack:bookworm'] },
      { Id: 'old-stack', RepoTags: ['deis/stack:ba9876543210'] },
    ],
    node: [{ Id: 'node', RepoTags: ['deis/node:bookworm', 'deis/node:0123456789ab'] }],
    imager: [{ Id: 'cut-off', RepoTags: ['<none>:<none>'] }],
  };
  const ofInstance = (instance: string | null): Record<string, string> =>
    instance === null ? {} : { 'deis.instance': instance };

  const remove = async (
    { containers = {}, networks = [], volumes = [], busy = [] }: Held,
    leaving: Partial<Leaving> = {},
  ): Promise<{ lines: string[]; removed: string[] }> => {
    const removed: string[] = [];
    const engine = {
      listContainers: ({ filters }: { filters?: object }) =>
        Promise.resolve(
          Object.entries(containers)
            .filter(([, instance]) => filters === undefined || instance !== null)
            .map(([ImageID, instance]) => ({ ImageID, Labels: ofInstance(instance) })),
        ),
      listNetworks: () => Promise.resolve(networks.map((instance) => ({ Labels: ofInstance(instance) }))),
      listVolumes: () =>
        Promise.resolve({ Volumes: volumes.map((instance) => ({ Labels: ofInstance(instance) })) }),
      listImages: ({ filters: { label } }: { filters: { label: string[] } }) =>
        Promise.resolve(images[label[0]!.replace('deis.kind=', '') as keyof typeof images]),
      getImage: (id: string) => ({
        remove: () =>
          busy.includes(id)
            ? Promise.reject(Object.assign(new Error('in use'), { statusCode: 409 }))
            : Promise.resolve(void removed.push(id)),
      }),
    } as unknown as Docker;
    const lines = await removeImages(engine, { instance: '0badcafe', others: [], ...leaving });
    return { lines, removed };
  };

  it('takes all that nobody else uses, nodes before the stack in them', async () => {
    const { lines, removed } = await remove({ containers: { node: '0badcafe' }, networks: ['0badcafe'] });
    assert.deepEqual(removed, ['cut-off', 'node', 'stack', 'old-stack']);
    assert.deepEqual(lines, [
      'removed image cut-off',
      'removed image deis/node:bookworm',
      'removed image deis/stack:bookworm',
      'removed image deis/stack:ba9876543210',
    ]);
  });

  it('leaves what containers were made of, and says whose', async () => {
    const held = { 'old-stack': 'aaaaaaaa', 'cut-off': null };
    const { lines, removed } = await remove({ containers: held });
    assert.deepEqual(removed, []);
    assert.deepEqual(lines, [
      'left image cut-off: a container of somebody else uses it',
      'left image deis/node:bookworm: instance aaaaaaaa uses it',
      'left image deis/stack:bookworm: instance aaaaaaaa uses it',
      'left image deis/stack:ba9876543210: instance aaaaaaaa uses it',
    ]);
  });

  for (const [what, held, others] of [
    ['has no node just now', { networks: ['aaaaaaaa'] }, []],
    ['has volumes alone', { volumes: ['aaaaaaaa'] }, []],
    ['was taken down and keeps its data', {}, ['aaaaaaaa']],
  ] as const)
    it(`leaves the images that go by their names to another instance that ${what}`, async () => {
      const { lines, removed } = await remove(held, { others });
      assert.deepEqual(removed, ['cut-off', 'old-stack']);
      assert.equal(lines.filter((line) => line.endsWith(': instance aaaaaaaa uses it')).length, 2);
    });

  it('names all who use an image', async () => {
    const { lines } = await remove({ networks: ['bbbbbbbb'] }, { others: ['aaaaaaaa', 'bbbbbbbb'] });
    assert.ok(lines.includes('left image deis/node:bookworm: instance aaaaaaaa, instance bbbbbbbb use it'));
  });

  it('says of one that Docker does not give up that a container uses it', async () => {
    const { lines } = await remove({ busy: ['node'] });
    assert.ok(lines.includes('left image deis/node:bookworm: a container uses it'));
  });
});
