import assert from 'node:assert/strict';
import fc from 'fast-check';
import { anyText } from '../../base/testing/any-text.ts';
import { property } from '../../base/testing/property.ts';
import { classify } from '../classify.ts';

const now = new Date('2026-11-22T03:17:00Z');

/** What must hold for our messages about failures. */
export const failureProperties = [
  property(
    'a message is one clean line of bounded length, whatever the body',
    500,
    fc.property(
      fc.nat(599),
      fc.constantFrom('text/html', 'application/json', ''),
      fc.oneof(
        fc.string(),
        fc.json(),
        anyText().map((text) => `{"error":${JSON.stringify(text)}}`),
      ),
      fc.option(fc.string(), { nil: undefined }),
      (httpStatus, contentType, body, retryAfter) => {
        const told = { httpStatus, contentType, body, headers: { 'retry-after': retryAfter } };
        const { message, code, retryAfterMs } = classify(told, now);
        assert.notEqual(message, '');
        assert(message.length <= 300);
        assert.doesNotMatch(message, /[\u0000-\u001f\u007f]/);
        assert.notEqual(code, '');
        assert(retryAfterMs === undefined || retryAfterMs >= 0);
      },
    ),
  ),
];
