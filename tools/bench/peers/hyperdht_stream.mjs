// npm hyperdht, measured as tools/bench/stream and tools/bench/connect say: a server process, a client process and a
// process with the DHT's nodes, all on loopback.
//   node hyperdht_stream.mjs bulk MIB | pingpong COUNT | connect COUNT
// Content is compared with what it must be, which costs JavaScript less than any hash.
import { fork } from 'node:child_process'
import crypto from 'node:crypto'
import { once } from 'node:events'
import DHT from 'hyperdht'
import createTestnet from 'hyperdht/testnet.js'

const [mode, count, roleName, given] = process.argv.slice(2)
const total = Number(count)
const writeSize = 64 * 1024
const smallSize = 100
const dhtNodes = 4
const seconds = start => Number(process.hrtime.bigint() - start) / 1e9
const percentile = (values, share) => values.toSorted((a, b) => a - b)[Math.floor(share * (values.length - 1))]
const topicKey = DHT.keyPair(crypto.createHash('sha256').update('warren-bench').digest())

const start = bootstrap => new DHT({ bootstrap, host: '127.0.0.1', ephemeral: true })

// One write's content: the same in both processes.
function makeBlock () {
  const block = Buffer.alloc(writeSize)
  for (let i = 0, state = 1; i < writeSize; i++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    block[i] = state >>> 24
  }
  return block
}

async function server (bootstrap) {
  const block = makeBlock()
  const dht = start(bootstrap)
  const listener = dht.createServer(socket => {
    let octets = 0
    let right = true
    socket.on('error', () => {})
    if (mode !== 'bulk') return socket.on('data', data => socket.write(data))
    socket.on('data', data => {
      for (let taken = 0; taken < data.length;) {
        const at = octets % writeSize
        const part = Math.min(data.length - taken, writeSize - at)
        right &&= data.compare(block, at, at + part, taken, taken + part) === 0
        taken += part
        octets += part
      }
      if (octets === total * 2 ** 20) socket.write(right ? 'right' : 'wrong')
    })
  })
  await listener.listen(topicKey)
  process.send('ready')
}

async function bulk (dht) {
  const block = makeBlock()
  const socket = dht.connect(topicKey.publicKey)
  await once(socket, 'open')
  const begin = process.hrtime.bigint()
  const answered = once(socket, 'data')
  for (let i = 0; i < total * 2 ** 20 / writeSize; i++) {
    if (!socket.write(block)) await once(socket, 'drain')
  }
  const [answer] = await answered
  const took = seconds(begin)
  const octets = total * 2 ** 20
  return { bench: 'bulk', octets, seconds: took, mb_per_s: octets / took / 1e6, hashes_equal: answer.toString() === 'right' }
}

async function pingpong (dht) {
  const socket = dht.connect(topicKey.publicKey)
  await once(socket, 'open')
  const ping = Buffer.alloc(smallSize, 'p')
  const times = []
  for (let i = 0; i < total + 200; i++) {
    const begin = process.hrtime.bigint()
    socket.write(ping)
    await once(socket, 'data')
    if (i >= 200) times.push(seconds(begin) * 1e6)
  }
  return { bench: 'pingpong', rounds: total, p50_us: percentile(times, 0.5), p99_us: percentile(times, 0.99) }
}

// From a running process, until both ends have proved their keys.
async function connect (dht) {
  const times = []
  for (let i = 0; i < total + 5; i++) {
    const begin = process.hrtime.bigint()
    const socket = dht.connect(topicKey.publicKey)
    socket.on('error', () => {})
    await once(socket, 'open')
    if (i >= 5) times.push(seconds(begin) * 1e3)
    socket.destroy()
    await once(socket, 'close')
  }
  return { bench: 'connect', rounds: total, lookup_ms_median: percentile(times, 0.5), lookup_ms_p99: percentile(times, 0.99) }
}

async function client (bootstrap) {
  const dht = start(bootstrap)
  await dht.fullyBootstrapped()
  const result = await { bulk, pingpong, connect }[mode](dht)
  process.send({ name: 'hyperdht', ...result, client_cpu_seconds: process.cpuUsage().user / 1e6 + process.cpuUsage().system / 1e6 })
}

async function parent () {
  const net = await createTestnet(dhtNodes)
  const children = []
  const run = name => {
    const child = fork(process.argv[1], [mode, count, name, JSON.stringify(net.bootstrap)])
    children.push(child)
    return once(child, 'message')
  }
  await run('server')
  const [result] = await run('client')
  console.log(JSON.stringify(result))
  for (const child of children) child.kill()
  process.exit(0)
}

if (roleName) await { server, client }[roleName](JSON.parse(given))
else await parent()
