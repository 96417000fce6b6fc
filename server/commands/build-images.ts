import type { AddCommand } from './command-context.js';

/** `deis-controller build-images`. */
export const addBuildImages: AddCommand = (program, { settings, print, progress }) => {
  program
    .command('build-images')
    .summary('build the images of nodes and builds (once; needs root)')
    .description(
      "Builds the images of nodes, builds and the registry on this machine's Docker engine: once, as root.",
    )
    .action(async () => {
      const { suite, mirror } = settings();
      const { ensureImager, ensureImages } = await import('../../provisioner/images/ensure-images.js');
      const { stack, node } = await ensureImages({ onProgress: progress }, { suite, mirror });
      print(`${stack.name} ${stack.id}`);
      print(`${node.name} ${node.id}`);
      const imager = await ensureImager({ onProgress: progress }, { suite, mirror });
      print(`${imager.name} ${imager.id}`);
    });
};
