"""A libtorrent node (Debian's python3-libtorrent) for the DHT tests."""

import tempfile
import time

from harness import *

try:
    import libtorrent
except ImportError:
    give_up("libtorrent is installed (apt-get install python3-libtorrent)")

SCRATCH = tempfile.TemporaryDirectory()


class ForeignNode:
    """A libtorrent session on loopback with nothing but its DHT on."""

    def __init__(self, bootstrap=""):
        self.session = libtorrent.session({
            "listen_interfaces": "127.0.0.1:0",
            "dht_bootstrap_nodes": bootstrap,
            "enable_dht": True,
            "enable_lsd": False,
            "enable_upnp": False,
            "enable_natpmp": False,
            # Many nodes share one address here, and BEP 42 has nothing to say about it.
            "dht_restrict_routing_ips": False,
            "dht_restrict_search_ips": False,
            "dht_prefer_verified_node_ids": False,
            "dht_ignore_dark_internet": False,
            "alert_mask": libtorrent.alert.category_t.dht_notification
            | libtorrent.alert.category_t.dht_operation_notification,
        })
        end = time.monotonic() + PATIENCE
        while not self.session.is_dht_running() or self.session.listen_port() == 0:
            if time.monotonic() > end:
                give_up("a libtorrent session starts its DHT")
            time.sleep(0.1)
        self.port = self.session.listen_port()
        self.address = f"127.0.0.1:{self.port}"

    def announce(self, info_hash):
        """Adds a torrent, which libtorrent then announces with its own port."""
        wish = libtorrent.parse_magnet_uri("magnet:?xt=urn:btih:" + info_hash)
        wish.save_path = SCRATCH.name
        wish.flags &= ~(libtorrent.torrent_flags.paused | libtorrent.torrent_flags.auto_managed)
        torrent = self.session.add_torrent(wish)
        torrent.force_dht_announce()
        return torrent

    def _found(self):
        """Returns (info-hash, address) pairs of the replies that have come since."""
        return {
            (str(alert.info_hash), f"{host}:{port}")
            for alert in self.session.pop_alerts()
            if type(alert).__name__ == "dht_get_peers_reply_alert"
            for host, port in alert.peers()
        }

    def finds(self, info_hash, wanted):
        return find_all([self], {(info_hash, wanted)}) == 1


def find_all(nodes, wanted):
    """Has every node look for every (info-hash, address) in `wanted`, all at once, again and again until all are found or the
    patience is over. Returns how many were found, over all nodes; a node need not find itself."""
    missing = {node: {pair for pair in wanted if pair[1] != node.address} for node in nodes}
    asked = sum(map(len, missing.values()))
    end = time.monotonic() + PATIENCE
    while any(missing.values()) and time.monotonic() < end:
        for node, pairs in missing.items():
            for info_hash, _ in pairs:
                node.session.dht_get_peers(libtorrent.sha1_hash(bytes.fromhex(info_hash)))
        round_end = time.monotonic() + 3
        while any(missing.values()) and time.monotonic() < round_end:
            for node, pairs in missing.items():
                node.session.wait_for_alert(50)
                pairs -= node._found()
    return asked - sum(map(len, missing.values()))
