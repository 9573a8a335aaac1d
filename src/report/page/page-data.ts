import { ranked } from '../ranking-lines.ts';
import type { Report } from '../run-report.ts';
import { labeller } from '../../analysis/arm-pairs.ts';
import type { ArmSamples, Collected } from '../../analysis/collect.ts';
import type { Comparison } from '../../analysis/compare.ts';
import { describeExplanation } from '../../analysis/explain.ts';
import type { Prompt } from '../../suite/suite.ts';
import { cut } from '../../base/text.ts';
import type { ScannedRows } from './collect-page.ts';
import { curveMetrics, curveOf, type Curve, type CurveMetric } from './curve.ts';
import type { AnswerPart, AnswerText, PageData, PageModel } from './page-parts.ts';
import { modelLook } from './model-look.ts';
import { promptPictures } from './prompt-dots.ts';

export interface PageSources {
  report: Report;
  comparison: Comparison;
  collected: Collected;
  scanned: ScannedRows;
  /** Of the suite. */
  prompts: readonly Prompt[];
  /** Texts of the chosen answers by event id, as far as the run stored them. */
  answers?: ReadonlyMap<string, AnswerText>;
}

/** Brings together what the page shows. Pure. */
export function pageData({
  report,
  comparison,
  collected,
  scanned,
  prompts,
  answers,
}: PageSources): PageData {
  return {
    report,
    groups: comparison.groups,
    explanations: comparison.explanations.map(describeExplanation),
    models: pageModels(report, collected, scanned),
    prompts: promptPictures(collected),
    failures: scanned.failures,
    failuresBeyond: scanned.failuresBeyond,
    slowest: scanned.slowest,
    answers: answerPart(scanned, prompts, answers),
  };
}

function pageModels(report: Report, collected: Collected, scanned: ScannedRows): PageModel[] {
  const label = labeller(collected);
  return ranked(report.models, report.run.success_floor).flatMap(({ rank, model: summary }) => {
    const place = collected.arms.findIndex(
      ({ model, route }) => model === summary.model && route === summary.route,
    );
    const arm = collected.arms[place];
    if (arm === undefined) return [];
    return [
      {
        arm: place,
        look: modelLook(label(arm), place),
        summary,
        rank,
        curves: curvesOf(arm),
        phases: scanned.phases[place],
        tokens: scanned.tokens[place],
        timeline: scanned.timelines[place]!,
        leftOut: leftOutOf(arm),
      },
    ];
  });
}

export function curvesOf(arm: ArmSamples): Record<CurveMetric, Curve | undefined> {
  return Object.fromEntries(curveMetrics.map((metric) => [metric, curveOf(arm, metric)])) as Record<
    CurveMetric,
    Curve | undefined
  >;
}

function leftOutOf(arm: ArmSamples): Map<string, number> {
  const counts = new Map<string, number>();
  for (const samples of arm.prompts.values())
    for (const [reason, answers] of samples.invalidReasons)
      counts.set(reason, (counts.get(reason) ?? 0) + answers);
  return counts;
}

const questionLength = 600;

function answerPart(
  { answers: chosen }: ScannedRows,
  prompts: readonly Prompt[],
  texts: ReadonlyMap<string, AnswerText> | undefined,
): AnswerPart {
  const questions = new Map(prompts.map(({ id, messages }) => [id, messages.at(-1)?.content]));
  const ids = [...new Set(chosen.map(({ promptId }) => promptId))];
  return {
    asked: prompts.length,
    prompts: ids.map((promptId) => {
      const question = questions.get(promptId);
      return {
        promptId,
        question: typeof question === 'string' ? cut(question, questionLength) : undefined,
        answers: chosen
          .filter((answer) => answer.promptId === promptId)
          .map((answer) => ({ ...answer, text: texts?.get(answer.eventId) })),
      };
    }),
  };
}
