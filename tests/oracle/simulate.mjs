// Asks @cloud-copilot/iam-simulate about many requests in one process.
//
//     node simulate.mjs FOLDER < simulations > results
//
// FOLDER is where it is installed. `simulations` is one simulation a line, as the package takes it; `results` is one line
// for each: "Allowed", "ExplicitlyDenied", "ImplicitlyDenied", or "error: ..." for what it does not take.
//
// It must not decide what is right: it reports, and the crate `ci-tests` compares.

import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'
import { join } from 'node:path'

const require = createRequire(join(process.argv[2], 'package.json'))
const { anonymousPrincipal, runSimulation } = require('@cloud-copilot/iam-simulate')

const results = []
for await (const line of createInterface({ input: process.stdin })) {
  const simulation = JSON.parse(line)
  simulation.request.principal ??= anonymousPrincipal
  const answer = await runSimulation(simulation, {})
  if (answer.resultType === 'error') {
    results.push(`error: ${JSON.stringify(answer.errors)}`)
  } else if (answer.result?.ignoredContextKeys?.length > 0) {
    results.push(`error: ignored ${answer.result.ignoredContextKeys}`)
  } else {
    results.push(answer.overallResult)
  }
}
process.stdout.write(results.map((result) => `${result}\n`).join(''))
