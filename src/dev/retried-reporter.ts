import { appendFileSync } from 'node:fs';
import type { Reporter, TestCase } from 'vitest/node';

/**
 * Names each test that passed only when it was tried again, with what it said the first time: such a test wants
 * mending. Appended to a file as well where one is given, so that the end of a longer check can show it.
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
