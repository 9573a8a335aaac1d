import { appendFileSync } from 'node:fs';
import type { Reporter, TestCase } from 'vitest/node';

/**
 * Names each test that passed only on a second try, with its first error: such a test needs fixing. Also appends to a
 * file if one is given, so that the end of a longer check can show it.
 */
export class RetriedReporter implements Reporter {
  readonly #file: string | undefined;
  readonly #print: (text: string) => void;

  constructor(file: string | undefined, print: (text: string) => void = console.log) {
    this.#file = file;
    this.#print = print;
  }

  onTestCaseResult(test: TestCase): void {
    if (!test.diagnostic()?.flaky) return;
    const { message = 'no error was kept' } = test.result().errors?.[0] ?? {};
    const line = `passed on the second try: ${test.module.relativeModuleId} > ${test.fullName}: ${message.split('\n', 1)[0]!}`;
    this.#print(line);
    if (this.#file !== undefined) appendFileSync(this.#file, `${line}\n`);
  }
}
