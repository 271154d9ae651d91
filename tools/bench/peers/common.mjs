// What the scripts of both peers share: the counts, the measuring, and the JSON object that dht_bench prints too.
import fs from 'node:fs'

export const nodes = Number(process.argv[2] ?? 500)
export const lookups = Number(process.argv[3] ?? 300)

const pageKib = 4

export const residentKib = () => Number(fs.readFileSync('/proc/self/statm', 'utf8').split(' ')[1]) * pageKib

const cpuSeconds = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

const percentile = (values, share) => values.toSorted((a, b) => a - b)[Math.floor(share * (values.length - 1))]

// Who announces and who looks for topic i: the same as in dht_bench.
export const announcer = i => (i * 7) % nodes
export const seeker = i => (i * 11 + Math.floor(nodes / 2)) % nodes

async function timed (what) {
  const start = process.hrtime.bigint()
  const result = await what()
  return { result, ms: Number(process.hrtime.bigint() - start) / 1e6 }
}

// Runs the whole thing: `grow()` makes the nodes, `announce(i)` ends when the announcement is stored, `lookUp(i)` when the
// lookup is complete and tells whether it found the announcer. Never returns.
export async function run (name, { grow, announce, lookUp }) {
  const start = residentKib()
  await grow()
  const grownCpu = cpuSeconds()
  const grown = residentKib()
  const announced = []
  const lookedUp = []
  let found = 0
  for (let i = 0; i < lookups; i++) announced.push((await timed(() => announce(i))).ms)
  for (let i = 0; i < lookups; i++) {
    const { result, ms } = await timed(() => lookUp(i))
    lookedUp.push(ms)
    if (result) found++
  }
  const end = residentKib()
  console.log(JSON.stringify({
    name,
    nodes,
    lookups,
    found,
    lookup_ms_median: percentile(lookedUp, 0.5),
    lookup_ms_p99: percentile(lookedUp, 0.99),
    announce_ms_median: percentile(announced, 0.5),
    cpu_seconds: cpuSeconds(),
    cpu_seconds_lookups: cpuSeconds() - grownCpu,
    resident_kib_per_node: (end - start) / nodes,
    resident_kib_per_node_grown: (grown - start) / nodes,
    resident_kib_start: start
  }))
  process.exit(0)
}
