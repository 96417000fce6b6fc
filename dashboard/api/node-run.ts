import { EventSourceParserStream } from 'eventsource-parser/stream';
import { answerOf, api, Refusal } from './client.js';

/** A command on a node itself, and who hears what it writes. */
export interface NodeCommand {
  readonly formation: string;
  readonly node: string;
  readonly command: string;
  readonly onOutput: (text: string) => void;
  /** Aborted: the command's connection is closed. */
  readonly signal: AbortSignal;
}

/**
 * Runs a command on a node until it ends, however long that is.
 * @returns its exit code
 * @throws Refusal, or what the stream broke off with
 */
export async function runOnNode({
  formation,
  node,
  command,
  onOutput,
  signal,
}: NodeCommand): Promise<number> {
  const stream = await answerOf(
    api.POST('/api/formations/{formation}/nodes/{node}/run', {
      params: { path: { formation, node } },
      body: { command },
      parseAs: 'stream',
      // Without the deadline of other answers.
      fetch: (request: Request) => fetch(request, { signal }),
    }) as Promise<{ data?: ReadableStream<Uint8Array<ArrayBuffer>>; error?: unknown; response: Response }>,
  );
  const decoders = new Map<unknown, TextDecoder>();
  const events = stream.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
  const reader = events.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    const data = JSON.parse(next.value.data) as Readonly<Record<string, unknown>>;
    if (next.value.event === 'exit') return Number(data['code']);
    if (next.value.event === 'error') throw new Refusal(String(data['detail'] ?? 'It failed.'), 0);
    if (next.value.event === 'output') onOutput(textOf(data, decoders));
  }
  throw new Refusal('The connection broke before the command had ended.', 0);
}

/** Text, or of bytes that are none what can be read; a character may come in two pieces. */
function textOf(
  { stream, text, base64 }: Readonly<Record<string, unknown>>,
  decoders: Map<unknown, TextDecoder>,
): string {
  if (typeof base64 !== 'string') return String(text ?? '');
  const decoder = decoders.get(stream) ?? new TextDecoder();
  decoders.set(stream, decoder);
  return decoder.decode(
    Uint8Array.from(atob(base64), (each) => each.charCodeAt(0)),
    { stream: true },
  );
}
