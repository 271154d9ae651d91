// A node of npm bittorrent-dht on loopback, driven by JSON lines on stdin:
//   {"do":"announce","hash":..,"port":..} -> {"event":"announced","error":..}
//   {"do":"lookup","hash":..}             -> {"event":"peer","hash":..,"address":..}*, {"event":"looked_up","nodes":..}
// Usage: node bittorrent_dht_peer.mjs [BOOTSTRAP]
import DHT from 'bittorrent-dht'
import readline from 'node:readline'

const say = (event, fields) => console.log(JSON.stringify({ event, ...fields }))
const dht = new DHT({ bootstrap: process.argv[2] ? [process.argv[2]] : false })

dht.on('peer', (peer, hash) => say('peer', { hash: hash.toString('hex'), address: `${peer.host}:${peer.port}` }))
dht.on('error', error => say('error', { error: error.message }))
dht.on('warning', () => {})

const commands = {
  announce: ({ hash, port }) => dht.announce(hash, port, error => say('announced', { error: error?.message ?? null })),
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
