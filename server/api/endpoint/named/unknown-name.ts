import { NotFound, UnknownName } from '../../../../base/errors.js';

/**
 * Looks up what a field of the body names: when it is missing, the input is wrong, not the path. @throws
 * UnknownName naming the field.
 */
export async function atField<T>(field: string, found: Promise<T>): Promise<T> {
  try {
    return await found;
  } catch (error) {
    if (error instanceof NotFound) throw new UnknownName(error.message, { field, cause: error });
    throw error;
  }
}
