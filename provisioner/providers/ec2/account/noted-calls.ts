/** Which call of AWS failed. */
export interface AwsCall {
  /** `RunInstances` */
  readonly name: string;
  /** Who was asked: `ec2.us-west-2.amazonaws.com`. */
  readonly host: string;
}

const calls = new WeakMap<object, AwsCall>();

/** The call that ended with this error; undefined for what no call ended with. */
export function callOf(error: unknown): AwsCall | undefined {
  return typeof error === 'object' && error !== null ? calls.get(error) : undefined;
}

/** A middleware for the step `build` of an SDK client, whose calls `callOf` then knows. */
export function noteCall<Args extends { readonly request: unknown }, Output>(
  next: (args: Args) => Promise<Output>,
  context: { readonly commandName?: string },
): (args: Args) => Promise<Output> {
  return async (args) => {
    try {
      return await next(args);
    } catch (error) {
      if (typeof error === 'object' && error !== null)
        calls.set(error, {
          name: (context.commandName ?? 'a call').replace(/Command$/, ''),
          host: hostOf(args.request),
        });
      throw error;
    }
  };
}

function hostOf(request: unknown): string {
  const { hostname, port } = request as { readonly hostname?: string; readonly port?: number };
  return hostname === undefined ? 'AWS' : `${hostname}${port === undefined ? '' : `:${port}`}`;
}
