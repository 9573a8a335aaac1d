/** A starter suite: runs at once on the demo route, and says what to change for real models. */
export function starterSuite(): string {
  return `# A starter suite. Try it at once, on simulated models and without a key:
#
#   gatebench run THIS-FILE --route demo
#
# Then replace the models and prompts with your own, and run it without --route to measure real models.
# Run "gatebench schema > suite.schema.json" in this folder, and your editor completes every field:
# yaml-language-server: $schema=./suite.schema.json
version: 1
name: starter
description: Which model should do this job?

# gateway:
#   route: compat                # compat | provider | direct | local; --route wins
#   log_payload: false           # keeps prompts and answers out of the gateway's log

models:
  # These are simulated, for the demo route. For a real run, replace them with yours:
  - custom-ollama/sim-swift
  - custom-ollama/sim-wordy
  # - custom-ollama/kimi-k2.6
  # - id: glm                    # a short name for tables
  #   model: custom-ollama/glm-5.2
  #   params: { reasoning_effort: low }
  #   price: { input: 0.60, output: 2.20 }   # USD per million tokens, as you pay it

defaults: # merged into every prompt
  system: You answer in one sentence.
  params: { temperature: 0, max_tokens: 256 }
  checks:
    - { type: not-empty }
    - { type: finish-reason, value: stop }

# The prompt is the unit of statistics: more prompts settle more than more repeats do. To call one of two models faster
# takes at least eight prompts. Use twenty from your own work.
prompts:
  - id: mosquito
    prompt: What is actually the blood type that attracts most mosquitoes?
    checks: [{ type: contains, value: type O, ignore_case: true }]
  - id: capital
    prompt: What is the capital of Australia?
    checks: [{ type: contains, value: Canberra }]
  - id: planet
    prompt: Which planet of the solar system has the most moons?
  - id: water
    prompt: Why does ice float on water?
  - id: refund
    prompt: 'A customer writes: I want my money back. Which department should answer?'
  - id: tone
    prompt: 'Say this more politely: Send me the report now.'
  - id: sum
    prompt: How much is 17 times 23? Reply with the number alone.
  - id: week
    prompt: Which day comes three days after Friday?

run:
  repeat: 3
  warmup: 1 # sent first, recorded, never analyzed
  concurrency: 2 # requests in flight, all models together
  budget: { requests: 300, tokens: 200000, minutes: 30 } # upper limits; a run stops when one is reached

# What the job needs: "gatebench choose latest" names the fastest model that surely has it, or says what is missing.
# With prices, write "then: cheapest". A judge and people can say more than checks: see quality.judges and criteria.
quality:
  need:
    limits: [{ metric: rate(passed), min: 0.5 }, { metric: geomean(e2e_latency_ms), max: 15000 }]
    then: fastest

# Limits. A run that surely breaks one ends with exit code 4. Eight prompts that all pass show only that the rate is
# above 0.63; twenty show 0.83, forty 0.91.
thresholds:
  - { metric: geomean(e2e_latency_ms), max: 15000 }
  - { metric: rate(valid), min: 0.6 }

# Tonight compared with the last nights: gatebench gate latest --history history
gate:
  metrics:
    e2e_latency_ms: { max_ratio: 1.10 }
    error_rate: { max_rise: 0.05 }
`;
}
