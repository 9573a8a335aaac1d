import { Composer, Lexer, Parser } from 'yaml';
import type { CST, Document, ParsedNode } from 'yaml';
import { yamlAdvice } from './advice.ts';
import { lineAt, type Fault, type Source } from './fault.ts';

/** Levels of maps and lists within each other; a real suite has about ten. */
export const deepest = 100;

/** A file with more than this has been told enough. */
const mostErrors = 1000;

export interface Composed {
  /** Absent when nothing could be made of the text. */
  readonly document?: Document.Parsed | undefined;
  readonly faults: readonly Fault[];
}

/**
 * YAML text → the tree of its one document, with the place of every node. Aliases are not followed here.
 * The parser is driven token by token, because nesting must be stopped before anything recursive sees it.
 */
export function compose(source: Source): Composed {
  return withoutStackTraces(() => {
    let tooDeepAt: number | undefined;
    let errors = 0;
    function* tokens(): Generator<CST.Token> {
      const parser = new Parser();
      for (const lexeme of new Lexer().lex(source.text)) {
        for (const token of parser.next(lexeme)) {
          if (token.type === 'error' && ++errors > mostErrors) return;
          yield token;
        }
        if (parser.stack.length > deepest) {
          tooDeepAt = parser.offset - lexeme.length;
          return;
        }
      }
      yield* parser.end();
    }

    // Keys are compared by our own walk: the library's comparison is quadratic in the size of a map.
    const composer = new Composer<ParsedNode, true>({
      uniqueKeys: false,
      prettyErrors: false,
      resolveKnownTags: false,
    });
    const [document, second] = composer.compose(tokens(), true, source.text.length).take(2);
    if (tooDeepAt !== undefined) {
      const message = `maps and lists are nested more than ${deepest} levels deep`;
      return { faults: [{ source, offset: tooDeepAt, message }] };
    }
    if (!document) return { faults: [{ source, offset: 0, message: 'the suite is empty' }] };
    const problems = [...document.errors, ...document.warnings];
    const faults: Fault[] = problems.map((problem) => ({
      source,
      offset: Math.min(problem.pos[0], source.text.length),
      message: yamlAdvice(problem.code, lineAt(source, problem.pos[0]), problem.message),
    }));
    if (second)
      faults.push({
        source,
        offset: second.range[0],
        message: 'a suite is one YAML document; this is a second',
      });
    return { document, faults };
  });
}

/** A broken file can hold a fault for every character, and the stack of each costs more than its parsing. */
function withoutStackTraces<T>(work: () => T): T {
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return work();
  } finally {
    Error.stackTraceLimit = before;
  }
}
