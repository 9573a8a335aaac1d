import { createParser } from 'eventsource-parser';
import { AnswerReader } from './answer-reader.ts';

/** Reads server-sent events as OpenAI's API streams them. */
export class StreamReader extends AnswerReader {
  readonly streamType = /^text\/event-stream\b/i;
  readonly lastWord = '[DONE]';
  protected readonly parser = createParser({
    onEvent: ({ event, data }) => {
      this.#onEvent(event, data);
    },
  });

  isAnswer(body: Record<string, unknown>): boolean {
    return Array.isArray(body['choices']);
  }

  #onEvent(event: string | undefined, data: string): void {
    if (data === '[DONE]' || data === '[DONE] ') {
      this.count();
      this.done();
      return;
    }
    const frame = this.parsed(data);
    if (frame === undefined) return;
    if (event === 'error') this.fault ??= { code: 'error_event', detail: frame };
    this.take(frame);
  }

  protected take(frame: unknown): void {
    this.add(frame);
  }
}
