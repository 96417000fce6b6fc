const name = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Variables that are typed, `NAME=value` a line. @throws Error that says which line is none */
export function givenEnv(text: string): Record<string, string> {
  return Object.fromEntries(
    text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => {
        const end = line.indexOf('=');
        const variable = line.slice(0, Math.max(0, end)).trim();
        if (!name.test(variable))
          throw new Error(
            `${JSON.stringify(line)} is not a valid variable: expected NAME=value, e.g. BATCH=5`,
          );
        return [variable, line.slice(end + 1)];
      }),
  );
}

/** Names of variables that are typed, for the command that the page shows; none while they cannot be read. */
export function namesOfEnv(text: string): readonly string[] {
  try {
    return Object.keys(givenEnv(text));
  } catch {
    return [];
  }
}
