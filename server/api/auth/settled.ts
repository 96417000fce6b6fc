/** A promise of who calls as passport's verify callback: `done(error, user or false)`. */
export function settled<Args extends unknown[], Found>(
  find: (...args: Args) => Promise<Found | undefined>,
): (...args: [...Args, (error: unknown, found?: Found | false) => void]) => void {
  return (...args) => {
    const done = args.at(-1) as (error: unknown, found?: Found | false) => void;
    find(...(args.slice(0, -1) as Args)).then((found) => done(null, found ?? false), done);
  };
}
