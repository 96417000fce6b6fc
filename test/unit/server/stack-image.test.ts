import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type Docker from 'dockerode';
import { UserError } from '../../../base/errors.js';
import type { HostPackages } from '../../../provisioner/images/host/host-packages.js';
import { nodeRecipe, recipeScript, stackRecipe } from '../../../provisioner/images/image-recipe.js';
import { stackImage } from '../../../server/stack-image.js';

const host: HostPackages = { suite: 'bookworm', sources: [], aptSettings: '', certificates: 'PEM' };

/** An engine with these images, by name and by the label of their recipe. */
function engine(images: Readonly<Record<string, { id: string; recipe: string; appUid?: string }>>): Docker {
  const inspect = (name: string) => async () => {
    const image = images[name];
    if (image === undefined) throw Object.assign(new Error('no such image'), { statusCode: 404 });
    return { Id: image.id, Config: { Labels: image.appUid ? { 'deis.app-uid': image.appUid } : null } };
  };
  const listImages = async ({ filters }: { filters: string }) =>
    Object.entries(images)
      .filter(([, { recipe }]) => filters.includes(recipe))
      .map(([name, { id, recipe }]) => ({
        Id: id,
        RepoTags: [name, `${name.split(':')[0]}:${recipe.slice(0, 12)}`],
      }));
  return { getImage: (name: string) => ({ inspect: inspect(name) }), listImages } as unknown as Docker;
}
const suite = 'bookworm';

describe('the stack image of builds', () => {
  it("serves on when the host's authorities have changed since it was made, and needs no node image", async () => {
    const before = await stackRecipe(host);
    const now = await stackRecipe({ ...host, certificates: 'PEM of the next version' });
    assert.notEqual(now.hash, before.hash);
    assert.deepEqual(
      await stackImage(engine({ [before.name]: { id: 'sha256:1', recipe: before.hash } }), suite),
      { id: 'sha256:1', reference: 'deis/stack:bookworm@sha256:1', appUid: 1000 },
    );
  });

  it('says whom apps run as, as its label does', async () => {
    const { name, hash, settings } = await stackRecipe(host);
    const label = settings.find((setting) => setting.startsWith('LABEL deis.app-uid=')) ?? '';
    const appUid = label.split('=')[1]!;
    const docker = engine({ [name]: { id: 'sha256:1', recipe: hash, appUid } });
    assert.equal((await stackImage(docker, suite)).appUid, 32_767);
    const script = readFileSync(recipeScript('setup-stack.sh'), 'utf8');
    assert.match(script, new RegExp(`^groupadd --gid ${appUid} app$`, 'm'));
    assert.match(script, new RegExp(`^useradd --uid ${appUid} --gid ${appUid} .* app$`, 'm'));
  });

  it('is asked for in words when it was never made', async () => {
    const node = await nodeRecipe(host, 'sha256:1');
    const asked = stackImage(engine({ [node.name]: { id: 'sha256:2', recipe: node.hash } }), suite);
    await assert.rejects(
      asked,
      (error) =>
        error instanceof UserError &&
        /no stack image of bookworm yet: .*deis-controller build-images/.test(error.message),
    );
  });

  it('passes on what else goes wrong', async () => {
    const broken = {
      getImage: () => ({
        inspect: () => Promise.reject(Object.assign(new Error('engine is down'), { statusCode: 500 })),
      }),
    } as unknown as Docker;
    await assert.rejects(stackImage(broken, suite), /engine is down/);
  });
});
