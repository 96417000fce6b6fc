/** Which containers are made anew; empty: all. */
export interface RestartChoice {
  readonly type?: string;
  readonly num?: number;
}

/** What is typed: nothing, `web`, or `web.1`. @throws Error for anything else */
export function restartChoice(text: string): RestartChoice {
  const typed = text.trim();
  if (typed === '') return {};
  const [, type, num] = /^([A-Za-z][A-Za-z0-9_-]{0,30})(?:\.([1-9]\d{0,8}))?$/.exec(typed) ?? [];
  if (type === undefined)
    throw new Error(`${JSON.stringify(typed)} is not a valid process: expected web or web.1`);
  return num === undefined ? { type } : { type, num: Number(num) };
}
