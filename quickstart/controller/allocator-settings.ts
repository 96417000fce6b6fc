/**
 * How glibc gives memory to a controller and takes it back (mallopt(3)): blocks of 128 KiB and more go back to the
 * system when they are freed, and threads share two pools. Left to itself glibc raises that size up to 32 MiB, and
 * what streams and builds took for a moment stays with the process. The unit of docs/operating.md and the one that
 * `deis-controller install` writes say the same.
 */
export const allocatorSettings = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: '131072',
  MALLOC_TRIM_THRESHOLD_: '131072',
};
