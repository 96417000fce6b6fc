import { Refusal } from '../api/client.js';
import type { FieldError } from '../api/types.js';
import { useDoing } from './action.js';
import { areBeside } from './field-errors.js';

/** What a form refuses before anything is sent. */
export class WrongFields extends Error {
  constructor(readonly errors: readonly FieldError[]) {
    super(errors.map(({ message }) => message).join('; '));
  }
}

/** As `useDoing`, with what is wrong by fields; `problem` is what stands beside none of `fields`. */
export function useForm(
  fields: readonly string[],
  onDo: () => Promise<unknown>,
  onDone: () => void = () => undefined,
) {
  const { isBusy, problem, run } = useDoing(onDo, onDone);
  const errors = problem instanceof Refusal || problem instanceof WrongFields ? problem.errors : [];
  const onSubmit = (event: Event): void => {
    event.preventDefault();
    run();
  };
  return { isBusy, errors, problem: areBeside(errors, fields) ? undefined : problem, onSubmit };
}
