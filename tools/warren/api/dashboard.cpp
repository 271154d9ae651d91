#include "tools/warren/api/dashboard.hpp"

namespace warren::program {

std::string_view dashboard_page() noexcept {
  return R"html(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Warren</title>
<style>
  body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; }
  code { font-size: 90%; word-break: break-all; }
  table { border-collapse: collapse; width: 100%; margin: .5rem 0 1.5rem; }
  th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid #8884; }
  #problem { color: #b00; }
  @media (prefers-color-scheme: dark) { body { background: #111; color: #ddd; } }
</style>
</head>
<body>
<h1>Warren</h1>
<p id="problem" role="alert"></p>
<table id="facts"></table>
<h2>Peers</h2>
<table id="peers"></table>
<h2>Relays</h2>
<table id="relays"></table>
<script>
const fill = (id, rows) => {
  const table = document.getElementById(id);
  table.replaceChildren(...rows.map((cells, i) => {
    const row = document.createElement('tr');
    row.append(...cells.map(text => {
      const cell = document.createElement(i === 0 && id !== 'facts' ? 'th' : 'td');
      cell.textContent = text;
      return cell;
    }));
    return row;
  }));
};
const size = n => n < 1024 ? n + ' B' : n < 1048576 ? (n / 1024).toFixed(1) + ' KiB' : (n / 1048576).toFixed(1) + ' MiB';
const show = s => {
  fill('facts', [
    ['Peer id', s.peer_id], ['Transport', s.transport], ['UDP', s.udp.join(', ')],
    ['Items', s.database.items], ['Digest', s.database.digest],
    ['DHT nodes', s.dht.nodes], ['Seen from outside as', s.dht.external ?? '-'],
  ]);
  fill('peers', [['Peer', 'Path', 'Address', 'RTT', 'In', 'Out', 'Connected']].concat(s.peers.map(p =>
    [p.peer_id.slice(0, 12), p.path, p.address, p.rtt_ms.toFixed(1) + ' ms', size(p.bytes_in), size(p.bytes_out),
     Math.round(p.connected_ms / 1000) + ' s'])));
  fill('relays', [['URL', 'State']].concat(s.relays.map(r => [r.url, r.state])));
};
const token = decodeURIComponent(location.hash.slice(1));
const refresh = async () => {
  const problem = document.getElementById('problem');
  try {
    const answer = await fetch('/v1/status', token ? {headers: {Authorization: 'Bearer ' + token}} : {});
    if (!answer.ok) throw new Error(answer.status === 401 ? 'Open this page as /#TOKEN.' : 'Status ' + answer.status);
    show(await answer.json());
    problem.textContent = '';
  } catch (why) {
    problem.textContent = 'No answer from the node: ' + why.message;
  }
};
refresh();
setInterval(refresh, 2000);
</script>
</body>
</html>
)html";
}

std::string_view dashboard_policy() noexcept {
  return "default-src 'none'; connect-src 'self'; script-src 'unsafe-inline'; style-src 'unsafe-inline'";
}

} // namespace warren::program
