import type { NewService } from '../types.js';

/** Services; a template may hold a password and comes from a file. */
export const serviceCommands = {
  attachService: (formation: string, { service, variable, template }: NewService) =>
    [
      `deis services:attach ${service || 'SERVICE'}`,
      ...(variable === undefined ? [] : [`--as=${variable}`]),
      ...(template === undefined ? [] : ['--template=-']),
      `-f ${formation}`,
      ...(template === undefined ? [] : ['< template.txt']),
    ].join(' '),
  detachService: (formation: string, variable: string) => `deis services:detach ${variable} -f ${formation}`,
} as const;
