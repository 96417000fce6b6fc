import { z } from 'zod';

/** Name that a user gives to something of their own: provider, flavor, key. */
export const ownName = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9@._-]{0,99}$/,
    'must be 1 to 100 letters, digits and @ . _ -, beginning with a letter or digit',
  );

/** Part of host names (`FORMATION-LAYER-1`), hence the narrower alphabet of RFC 1123. */
export const hostName = z
  .string()
  .regex(
    /^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/,
    'must be 1 to 40 lower-case letters, digits and dashes, ' +
      'beginning with a letter and not ending with a dash',
  );

export const username = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9_.-]{0,62}$/,
    'must be 1 to 63 lower-case letters, digits and _ . -, beginning with a letter or digit',
  );

export const uuid = z.guid();
