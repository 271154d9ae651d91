// A UDP proxy on loopback between one client and one server that drops some of the datagrams, duplicates 1 % and holds 2 %
// back so that later ones overtake them.
//   node lossy_proxy.js SEED SERVER_PORT DROP
// DROP is a share, 0.02 for 2 %.
// The first sender that is not the server is the client. Prints "port N" when it is ready; when its standard input ends
// it prints its counters and exits.
'use strict'
const dgram = require('dgram')

const duplicate = 0.01
const reorder = 0.02
const reorderMilliseconds = 3

const [seed, serverPort, drop] = process.argv.slice(2).map(Number)
const counters = { forwarded: 0, dropped: 0, duplicated: 0, reordered: 0 }
let clientPort = 0

// mulberry32: small, and the same everywhere.
let state = seed >>> 0
function random () {
  state = (state + 0x6d2b79f5) >>> 0
  let t = state
  t = Math.imul(t ^ (t >>> 15), t | 1)
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296
}

const socket = dgram.createSocket({ type: 'udp4', recvBufferSize: 4 << 20, sendBufferSize: 4 << 20 })

function forward (datagram, port) {
  counters.forwarded++
  socket.send(datagram, port, '127.0.0.1')
}

socket.on('message', (datagram, from) => {
  if (from.port !== serverPort) clientPort = from.port
  const to = from.port === serverPort ? clientPort : serverPort
  if (to === 0) return
  if (random() < drop) {
    counters.dropped++
    return
  }
  if (random() < duplicate) {
    counters.duplicated++
    forward(datagram, to)
  }
  if (random() < reorder) {
    counters.reordered++
    setTimeout(forward, reorderMilliseconds, datagram, to)
  } else {
    forward(datagram, to)
  }
})

socket.bind(0, '127.0.0.1', () => console.log(`port ${socket.address().port}`))
process.stdin.resume()
process.stdin.on('end', () => {
  console.log(JSON.stringify(counters))
  process.exit(0)
})
