import { StringDecoder } from 'node:string_decoder';

export interface RunOutput {
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
}

/** Text of a stream whose chunks may end within a character. */
export function streamedOutput(
  stream: RunOutput['stream'],
  onOutput: (output: RunOutput) => void,
): { write(chunk: Buffer): void; end(): void } {
  const decoder = new StringDecoder('utf8');
  const pass = (text: string): void => (text === '' ? undefined : onOutput({ stream, text }));
  return { write: (chunk) => pass(decoder.write(chunk)), end: () => pass(decoder.end()) };
}
