import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { buildDirs, DiskWatermark } from '../../../../../server/builder/containers/disk-watermark.js';

describe('DiskWatermark', () => {
  it('names the place that is nearly full and takes what it cannot ask for free', async () => {
    assert.equal(await new DiskWatermark(['/nonexistent', tmpdir()], 0).refusal(), undefined);
    assert.match(
      (await new DiskWatermark(['/nonexistent', tmpdir()], 2 ** 60).refusal()) ?? '',
      new RegExp(`nearly full: \\d+ MB free at ${tmpdir()}`),
    );
  });

  it('counts files as well as bytes', async () => {
    assert.equal(await new DiskWatermark([tmpdir()], 0, 1).refusal(), undefined);
    assert.match(
      (await new DiskWatermark([tmpdir()], 0, 2 ** 60).refusal()) ?? '',
      new RegExp(`nearly full: it has room for \\d+ more files at ${tmpdir()}`),
    );
  });

  it("watches the place of the engine's layers beside the data directory", async () => {
    const docker = { info: () => Promise.resolve({ DockerRootDir: tmpdir() }) };
    assert.match(
      (await new DiskWatermark(buildDirs('/nonexistent', docker), 2 ** 60).refusal()) ?? '',
      new RegExp(`free at ${tmpdir()}`),
    );
  });

  it('asks an engine that was away again, and one that answered no more', async () => {
    let asked = 0;
    const docker = {
      info: () =>
        (asked += 1) === 1
          ? Promise.reject(new Error('away'))
          : Promise.resolve({ DockerRootDir: '/docker' }),
    };
    const places = buildDirs('/data', docker);
    assert.deepEqual(
      [await places(), await places(), await places()],
      [['/data'], ['/data', '/docker'], ['/data', '/docker']],
    );
    assert.equal(asked, 2);
  });
});
