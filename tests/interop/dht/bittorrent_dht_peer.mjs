// A node of npm bittorrent-dht on loopback, driven by JSON lines on stdin:
//   {"do":"announce","hash":..,"port":..} -> {"event":"announced","error":..}
//   {"do":"lookup","hash":..}             -> {"event":"peer","hash":..,"address":..}*, {"event":"looked_up","nodes":..}
//   {"do":"ping","address":..}            -> {"event":"answer","error":..,"id":..}
//   {"do":"find_node","address":..,"target":..} -> {"event":"answer","error":..,"id":..,"nodes":N}
// and for BEP 44, where "value" is a string and "seed" that of an Ed25519 key (in hexadecimal digits, as hashes are):
//   {"do":"put","value":..}                                              -> {"event":"put","error":..,"hash":..}
//   {"do":"put_mutable","seed":..,"salt":..,"seq":..,"cas":..,"value":..} -> the same; cas may be missing
//   {"do":"get","hash":..,"salt":..}                                     -> {"event":"got","value":..,"seq":..}, null for none
// Usage: node bittorrent_dht_peer.mjs [BOOTSTRAP]
import DHT from 'bittorrent-dht'
import crypto from 'node:crypto'
import readline from 'node:readline'

const say = (event, fields) => console.log(JSON.stringify({ event, ...fields }))

// RFC 8410: the fixed octets before an Ed25519 key.
const publicKey = raw => crypto.createPublicKey(
  { key: Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), raw]), format: 'der', type: 'spki' })
const privateKey = seed => crypto.createPrivateKey(
  { key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]), format: 'der', type: 'pkcs8' })
const verify = (signature, text, key) => crypto.verify(null, text, publicKey(key), signature)

const dht = new DHT({ bootstrap: process.argv[2] ? [process.argv[2]] : false, verify })
const put = options => dht.put(options, (error, hash) =>
  say('put', { error: error?.message ?? null, hash: hash?.toString('hex') ?? null }))

const query = (address, q, a) => {
  const [host, port] = address.split(':')
  dht._rpc.query({ host, port: Number(port) }, { q, a }, (error, message) => {
    const r = message?.r
    const nodes = r?.nodes ? r.nodes.length / 26 : null
    say('answer', { error: error?.message ?? null, id: r?.id?.toString('hex') ?? null, nodes })
  })
}

dht.on('peer', (peer, hash) => say('peer', { hash: hash.toString('hex'), address: `${peer.host}:${peer.port}` }))
dht.on('error', error => say('error', { error: error.message }))
dht.on('warning', () => {})

const commands = {
  announce: ({ hash, port }) => dht.announce(hash, port, error => say('announced', { error: error?.message ?? null })),
  ping: ({ address }) => query(address, 'ping', {}),
  find_node: ({ address, target }) => query(address, 'find_node', { target: Buffer.from(target, 'hex') }),
  put: ({ value }) => put({ v: Buffer.from(value) }),
  put_mutable: ({ seed, salt, seq, cas, value }) => {
    const secret = privateKey(Buffer.from(seed, 'hex'))
    const k = crypto.createPublicKey(secret).export({ format: 'der', type: 'spki' }).subarray(12)
    put({ k, salt: salt ? Buffer.from(salt) : undefined, seq, cas, v: Buffer.from(value), sign: text => crypto.sign(null, text, secret) })
  },
  get: ({ hash, salt }) => dht.get(Buffer.from(hash, 'hex'), { salt: salt ? Buffer.from(salt) : undefined, cache: false },
    (error, item) => say('got', { error: error?.message ?? null, value: item?.v.toString() ?? null, seq: item?.seq ?? null })),
  lookup: ({ hash }) => dht.lookup(hash, (error, nodes) => say('looked_up', { error: error?.message ?? null, nodes }))
}

dht.listen(0, '127.0.0.1', () => {
  const start = () => {
    say('ready', { address: `127.0.0.1:${dht.address().port}` })
    readline.createInterface({ input: process.stdin })
      .on('line', line => { const command = JSON.parse(line); commands[command.do](command) })
      .on('close', () => process.exit(0))
  }
  if (dht.ready) start()
  else dht.once('ready', start)
})
