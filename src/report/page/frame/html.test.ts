import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyText } from '../../../base/testing/any-text.ts';
import { escape, Html, join, markup } from './html.ts';

describe('escape', () => {
  test('makes text of everything that could be markup', () => {
    expect(escape(`<a href="x" title='y'>&amp;</a>`)).toBe(
      '&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;amp;&lt;/a&gt;',
    );
  });

  test('replaces characters that HTML does not know, and keeps line breaks', () => {
    expect(escape('a\u0000b\u001bc\nd\te\ud800')).toBe('a\ufffdb\ufffdc\nd\te\ufffd');
  });

  test('never leaves a character that opens or closes markup', () => {
    fc.assert(fc.property(anyText(), (text) => !/[<>"']/.test(escape(text))));
  });
});

describe('markup', () => {
  test('escapes the content of its holes, but not existing markup', () => {
    expect(markup`<p title="${'"'}">${'<b>'}${new Html('<i>')}</p>`.text).toBe(
      '<p title="&quot;">&lt;b&gt;<i></p>',
    );
  });

  test('writes lists one after the other, numbers as they are, and nothing for undefined', () => {
    expect(markup`${[1, [undefined, '&']]}`.text).toBe('1&amp;');
  });

  test('takes the indentation from its own lines, never from the text in a hole', () => {
    expect(
      markup`<pre>
      ${'a\n   b'}</pre>`.text,
    ).toBe('<pre>\na\n   b</pre>');
  });
});

test('join puts something between the pieces', () => {
  expect(join(['a', '<'], ', ').text).toBe('a, &lt;');
});
