// npm bittorrent-dht, measured as tools/bench/dht says: NODES nodes in this process, LOOKUPS announcements and lookups.
import crypto from 'node:crypto'
import DHT from 'bittorrent-dht'
import { announcer, lookups, nodes, run, seeker } from './common.mjs'

const members = []
const topics = Array.from({ length: lookups }, () => crypto.randomBytes(20))
const peerPort = 7000

function start (bootstrap) {
  return new Promise((resolve, reject) => {
    const dht = new DHT({ bootstrap: bootstrap ? [bootstrap] : false })
    dht.on('error', reject)
    dht.listen(0, '127.0.0.1', () => dht.ready ? resolve(dht) : dht.once('ready', () => resolve(dht)))
  })
}

async function grow () {
  members.push(await start())
  const first = `127.0.0.1:${members[0].address().port}`
  while (members.length < nodes) {
    const wave = Math.min(16, nodes - members.length)
    members.push(...await Promise.all(Array.from({ length: wave }, () => start(first))))
  }
}

const announce = i => new Promise((resolve, reject) =>
  members[announcer(i)].announce(topics[i], peerPort + i, error => error ? reject(error) : resolve()))

const lookUp = i => new Promise((resolve, reject) => {
  const dht = members[seeker(i)]
  let right = false
  const onPeer = peer => { right ||= peer.port === peerPort + i }
  dht.on('peer', onPeer)
  dht.lookup(topics[i], error => {
    dht.off('peer', onPeer)
    if (error) reject(error)
    else resolve(right)
  })
})

await run('bittorrent-dht', { grow, announce, lookUp })
