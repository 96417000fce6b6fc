import { createParser, type EventSourceMessage } from 'eventsource-parser';

/** One event of a `text/event-stream`; `data` is its JSON object, empty when it is none. */
export interface ServerEvent {
  readonly id: string | undefined;
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/**
 * Events of a streaming answer as they come. `onBytes` hears of every chunk, keep-alive comments too.
 * Ends when the stream ends. @throws what reading it throws when the connection breaks.
 */
export async function* readServerEvents(
  response: Response,
  onBytes: () => void = () => undefined,
): AsyncGenerator<ServerEvent> {
  if (response.body === null) return;
  const decoder = new TextDecoder();
  const ready: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (event) => void ready.push(event) });
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    onBytes();
    parser.feed(decoder.decode(chunk, { stream: true }));
    for (const { id, event, data } of ready.splice(0))
      yield { id, event: event ?? 'message', data: parseData(data) };
  }
}

function parseData(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
