import { oneLine } from '../base/text.ts';
import type { Failure } from '../record/exchange.ts';
import type { AnswerReader, StreamFault } from './answer-reader.ts';
import { classify, providerError } from './classify.ts';
import { isObject, type Completion } from './completion.ts';

/** What is known when a body with status 200 has ended. */
export interface Ended {
  streamed: boolean;
  contentType: string;
  /** Text of the body where it was not a stream. */
  body: string;
  reader: AnswerReader;
  /** The reader's, without secrets. */
  fault?: StreamFault;
}

/**
 * Whether an ended body with status 200 is an answer. It is one only with the right content type, at least one
 * piece of answer, a finish reason and, streamed, `[DONE]` or the like; everything else has a name of its own.
 * Undefined when all is well.
 */
export function failureOf(ended: Ended, now: Date): Failure | undefined {
  return (
    wrongContent(ended, now) ??
    faultInStream(ended) ??
    incomplete(ended) ??
    withoutAnswer(ended.reader.completion)
  );
}

function wrongContent({ streamed, contentType, body, reader }: Ended, now: Date): Failure | undefined {
  const expected = streamed ? reader.streamType : /^application\/(\S*\+)?json\b/i;
  if (expected.test(contentType)) {
    if (streamed) return undefined;
    const refused =
      reader.completion.error !== undefined || /"success"\s*:\s*false/.test(body.slice(0, 4096));
    if (refused) return classify({ httpStatus: 200, contentType, body }, now);
    return isAnswer(body, reader) ? undefined : stream('malformed_body', 'the body is not a completion');
  }
  if (streamed && isAnswer(body, reader))
    return stream('json_instead_of_sse', 'one JSON answer came although a stream was asked for');
  const said = classify({ httpStatus: 200, contentType, body }, now);
  if (said.code !== 'http_200') return said;
  return stream('wrong_content_type', `the answer has content type «${oneLine(contentType, 80) || 'none'}»`);
}

function isAnswer(body: string, reader: AnswerReader): boolean {
  try {
    const json: unknown = JSON.parse(body);
    return isObject(json) && reader.isAnswer(json);
  } catch {
    return false;
  }
}

function faultInStream({ fault }: Ended): Failure | undefined {
  switch (fault?.code) {
    case undefined:
      return undefined;
    case 'malformed_frame':
      return stream('malformed_frame', `a frame is not JSON: ${oneLine(String(fault.detail), 120)}`);
    case 'line_too_long':
      return stream('line_too_long', 'a line of the stream passed the limit of 8 MiB');
    case 'error_event': {
      const said = providerError(fault.detail) ?? { family: 'provider', code: 'provider_error', message: '' };
      return {
        status: 'error',
        ...said,
        message: oneLine(said.message, 300) || 'an error event in the stream',
      };
    }
  }
}

function incomplete({ streamed, reader }: Ended): Failure | undefined {
  const { completion, frames, doneMs, lastWord } = reader;
  if (streamed && frames === 0) return truncated('no_events', 'the stream ended without a single event');
  if (completion.finishReason === undefined) {
    if (completion.sawEmptyModel) {
      return {
        status: 'error',
        family: 'provider',
        code: 'swallowed_error',
        message: 'a chunk with an empty model name and then no finish: the provider failed in mid-stream',
      };
    }
    return truncated('no_finish', 'the answer ended without a finish reason');
  }
  if (streamed && doneMs === undefined) return truncated('no_done', `the stream ended without ${lastWord}`);
  return undefined;
}

function withoutAnswer({ answer, toolCalls, reasoning, finishReason }: Completion): Failure | undefined {
  if (answer !== '' || toolCalls.length > 0) return undefined;
  const [code, message] =
    finishReason === 'length'
      ? ['no_answer_within_max_tokens', 'max_tokens was used up before the answer began']
      : reasoning === ''
        ? ['no_text', 'the answer is empty']
        : ['reasoning_only', 'reasoning came, but no answer'];
  return { status: 'empty', family: 'provider', code, message };
}

function stream(code: string, message: string): Failure {
  return { status: 'error', family: 'stream', code, message };
}

function truncated(code: string, message: string): Failure {
  return { status: 'truncated', family: 'stream', code, message };
}
