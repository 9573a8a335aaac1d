import { oneLine } from '../base/text.ts';
import type { Failure } from '../measure/exchange.ts';
import type { AnswerReader, StreamFault } from './answer-reader.ts';
import { classify } from './classify.ts';
import { errorSaid } from './error-body.ts';
import type { Completion } from './completion-reader.ts';
import { isObject } from './json-words.ts';

/** What is known at the end of a body with status 200. */
export interface Ended {
  streamed: boolean;
  contentType: string;
  /** Text of the body if it was not a stream. */
  body: string;
  reader: AnswerReader;
  /** From the reader, without secrets. */
  fault?: StreamFault;
}

/**
 * Decides whether an ended body with status 200 is an answer. It is one only with the right content type, at least one
 * piece of answer, a finish reason and, if streamed, `[DONE]` or its equivalent. Everything else has its own failure
 * code. Undefined if all is well.
 */
export function failureOf(ended: Ended, now: Date): Failure | undefined {
  return (
    wrongContent(ended, now) ??
    faultInStream(ended) ??
    failedFinish(ended.reader.completion) ??
    incomplete(ended) ??
    withoutAnswer(ended.reader.completion)
  );
}

function wrongContent({ streamed, contentType, body, reader }: Ended, now: Date): Failure | undefined {
  const expected = streamed ? reader.dialect.streamType : /^application\/(\S*\+)?json\b/i;
  if (expected.test(contentType)) {
    if (streamed) return undefined;
    if (reader.completion.error !== undefined) {
      const said = classify({ httpStatus: 200, contentType, body }, now);
      return said.code === 'http_200' ? failureIn(reader.completion.error) : said;
    }
    if (isAnswer(body, reader)) return undefined;
    return stream('malformed_body', `the body is not a completion${beginning(body)}`);
  }
  if (streamed && isAnswer(body, reader))
    return stream('json_instead_of_sse', 'the answer was one piece of JSON instead of a stream');
  const said = classify({ httpStatus: 200, contentType, body }, now);
  if (said.code !== 'http_200') return said;
  const type = oneLine(contentType, 80) || 'none';
  return stream('wrong_content_type', `the answer has content type "${type}"${beginning(body)}`);
}

/** Shows the beginning of a body that was not understood. */
function beginning(body: string): string {
  const start = oneLine(body, 200);
  return start === '' ? '' : `: ${start}`;
}

function isAnswer(body: string, reader: AnswerReader): boolean {
  try {
    const json: unknown = JSON.parse(body);
    return isObject(json) && reader.dialect.isAnswer(json);
  } catch {
    return false;
  }
}

/** Finish reasons that only report a failure. */
const failedReasons = /error|^(fail(ed|ure)?|abort(ed)?|cancell?ed|timeout|insufficient_system_resource)$/i;

function failedFinish({ finishReason }: Completion): Failure | undefined {
  if (finishReason === undefined || !failedReasons.test(finishReason)) return undefined;
  return {
    status: 'error',
    family: 'provider',
    code: `finish_${oneLine(finishReason, 60)}`,
    message: `the provider ended the answer with the finish reason "${oneLine(finishReason, 60)}"`,
  };
}

function faultInStream(ended: Ended): Failure | undefined {
  const { fault } = ended;
  switch (fault?.code) {
    case undefined:
      return undefined;
    case 'malformed_frame':
      // A malformed frame is harmless if the other frames make a complete answer.
      if (!incomplete(ended) && !withoutAnswer(ended.reader.completion)) return undefined;
      return stream('malformed_frame', `a frame is not JSON: ${oneLine(String(fault.detail), 120)}`);
    case 'line_too_long':
      return stream('line_too_long', 'a line of the stream passed the limit of 8 MiB');
    case 'error_event':
      return failureIn(fault.detail);
  }
}

/** What a frame or a choice of an answer says about a failure. */
function failureIn(error: unknown): Failure {
  const { message, ...said } = errorSaid(error);
  return { status: 'error', ...said, message: oneLine(message, 300) || 'an error event in the stream' };
}

function incomplete({ streamed, reader }: Ended): Failure | undefined {
  const { completion, frames, doneMs } = reader;
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
  if (streamed && doneMs === undefined)
    return truncated('no_done', `the stream ended without ${reader.dialect.lastWord}`);
  return undefined;
}

function withoutAnswer({ answer, toolCalls, reasoning, finishReason }: Completion): Failure | undefined {
  if (answer !== '' || toolCalls.length > 0) return undefined;
  const [code, message] =
    finishReason === 'length'
      ? ['no_answer_within_max_tokens', 'max_tokens was used up before the answer began']
      : reasoning === ''
        ? ['no_text', 'the answer is empty']
        : ['reasoning_only', 'there was reasoning, but no answer'];
  return { status: 'empty', family: 'provider', code, message };
}

function stream(code: string, message: string): Failure {
  return { status: 'error', family: 'stream', code, message };
}

function truncated(code: string, message: string): Failure {
  return { status: 'truncated', family: 'stream', code, message };
}
