// npm hyperdht, measured as tools/bench/dht says: NODES nodes in this process, LOOKUPS announcements and lookups.
import crypto from 'node:crypto'
import DHT from 'hyperdht'
import { announcer, lookups, nodes, run, seeker } from './common.mjs'

const members = []
const topics = Array.from({ length: lookups }, () => crypto.randomBytes(32))
const keyPairs = Array.from({ length: lookups }, () => DHT.keyPair())

async function start (bootstrap) {
  const dht = new DHT({ ephemeral: false, firewalled: false, bootstrap, host: '127.0.0.1' })
  await dht.fullyBootstrapped()
  return dht
}

async function grow () {
  members.push(await start([]))
  const first = [{ host: '127.0.0.1', port: members[0].address().port }]
  while (members.length < nodes) {
    const wave = Math.min(16, nodes - members.length)
    members.push(...await Promise.all(Array.from({ length: wave }, () => start(first))))
  }
}

const announce = i => members[announcer(i)].announce(topics[i], keyPairs[i]).finished()

async function lookUp (i) {
  let right = false
  for await (const answer of members[seeker(i)].lookup(topics[i])) {
    right ||= answer.peers.some(peer => peer.publicKey.equals(keyPairs[i].publicKey))
  }
  return right
}

await run('hyperdht', { grow, announce, lookUp })
