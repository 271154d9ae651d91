"""A libtorrent node (Debian's python3-libtorrent, 2.0.8) for the DHT tests."""

import hashlib
import ipaddress
import tempfile
import time

from crash_guard import rerun_after_crashes
from harness import *

try:
    import libtorrent
except ImportError:
    give_up("libtorrent is installed (apt-get install python3-libtorrent)")

rerun_after_crashes()

# What is not answered by now is asked again.
ROUND = 3.0

SCRATCH = tempfile.TemporaryDirectory()


def private_key(seed):
    """libtorrent takes the expanded form (RFC 8032 5.1.5)."""
    expanded = bytearray(hashlib.sha512(seed).digest())
    expanded[0] &= 248
    expanded[31] &= 63
    expanded[31] |= 64
    return bytes(expanded)


def sha1_of(digits):
    return libtorrent.sha1_hash(bytes.fromhex(digits))


def item_of(alert):
    """Returns value and sequence number (None for an immutable item), None when nothing was found."""
    try:
        return alert.item["value"], alert.item.get("seq")
    except RuntimeError:  # what libtorrent throws about an empty item
        return None


class Libtorrent:
    """A libtorrent session on loopback with nothing but its DHT on. (It takes a node id of zeros for none.)"""

    def __init__(self, bootstrap="", host="127.0.0.1", node_id=None, **more):
        saved = {"dht state": {"node-id": [node_id + ipaddress.ip_address(host).packed]}} if node_id else {}
        parameters = libtorrent.read_session_params(saved)
        parameters.settings = {
            "listen_interfaces": self._address(host, 0),
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
            # Else libtorrent ignores an address for five minutes after 50 packets within 10 seconds, queries and
            # answers alike (src/kademlia/dos_blocker.cpp), and queries beyond 8000 octets of answers per second.
            "dht_block_ratelimit": 1000000,
            "dht_upload_rate_limit": 10000000,
            "alert_queue_size": 100000,
            "alert_mask": libtorrent.alert.category_t.dht_notification
            | libtorrent.alert.category_t.dht_operation_notification
            | libtorrent.alert.category_t.stats_notification,
            **more,
        }
        self.session = libtorrent.session(parameters)
        serves = lambda alert: self.session.is_dht_running() and self.session.listen_port() != 0
        if not self.wait_for("session_stats_alert", serves, self.session.post_session_stats, every=0.1):
            give_up("a libtorrent session starts its DHT")
        self.port = self.session.listen_port()
        self.address = self._address(host, self.port)

    @staticmethod
    def _address(host, port):
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    def wait_for(self, kind, holds, ask=lambda: None, every=ROUND, patience=PATIENCE):
        """Asks time and again until an alert of this kind comes for which `holds` is true, or the patience is over."""
        end = time.monotonic() + patience
        while (now := time.monotonic()) < end:
            ask()
            while (left := min(end, now + every) - time.monotonic()) > 0:
                self.session.wait_for_alert(int(left * 1000) + 1)
                for alert in self.session.pop_alerts():
                    if type(alert).__name__ == kind and holds(alert):
                        return True
        return False

    def reaches(self, counter, least, every=0.1, patience=PATIENCE):
        """Returns whether one of libtorrent's own counters becomes at least so much."""
        return self.wait_for("session_stats_alert", lambda alert: alert.values["dht.dht_" + counter] >= least,
                             self.session.post_session_stats, every, patience)

    def counter(self, counter):
        value = []
        self.wait_for("session_stats_alert", lambda alert: value.append(alert.values["dht.dht_" + counter]) or True,
                      self.session.post_session_stats)
        return value[0] if value else None

    def announce(self, info_hash):
        """Adds a torrent, which libtorrent announces with its own port; returns whether it has told somebody. (The
        binding has no converter for the flags that session.dht_announce takes.)"""
        more = self.counter("announce_peer_out") + 1
        wish = libtorrent.parse_magnet_uri("magnet:?xt=urn:btih:" + info_hash)
        wish.save_path = SCRATCH.name
        wish.flags &= ~(libtorrent.torrent_flags.paused | libtorrent.torrent_flags.auto_managed)
        torrent = self.session.add_torrent(wish)

        def told():
            torrent.force_dht_announce()
            return self.reaches("announce_peer_out", more, patience=ROUND)

        return within_patience(told)

    def look_up(self, info_hash):
        self.session.dht_get_peers(sha1_of(info_hash))

    def finds(self, info_hash, wanted):
        return find_all([self], {(info_hash, wanted)}) == 1

    def gets(self, target, text):
        """Returns whether it gets this immutable item."""
        return self.wait_for("dht_immutable_item_alert", lambda alert: item_of(alert) == (text.encode(), None),
                             lambda: self.session.dht_get_immutable_item(sha1_of(target)))

    def gets_mutable(self, key, salt, text, seq):
        return self.wait_for("dht_mutable_item_alert", lambda alert: item_of(alert) == (text.encode(), seq),
                             lambda: self.session.dht_get_mutable_item(key, salt.encode()))

    def put(self, text):
        """Puts an immutable item; returns whether somebody has taken it."""
        return self.wait_for("dht_put_alert", lambda alert: alert.num_success > 0,
                             lambda: self.session.dht_put_immutable_item(text))

    def put_mutable(self, seed, key, salt, text):
        """Puts a mutable item under the next sequence number; returns that number, None when nobody has taken it."""
        taken = []
        self.wait_for("dht_put_alert", lambda alert: alert.num_success > 0 and (taken.append(alert.seq) or True),
                      lambda: self.session.dht_put_mutable_item(private_key(seed), key, text.encode(), salt.encode()))
        return taken[0] if taken else None

    def found(self):
        """Returns (info-hash, address) pairs of the replies that have come since."""
        return {
            (str(alert.info_hash), self._address(host, port))
            for alert in self.session.pop_alerts()
            if type(alert).__name__ == "dht_get_peers_reply_alert"
            for host, port in alert.peers()
        }


def find_all(nodes, wanted):
    """Has every node look for every (info-hash, address) in `wanted`, all at once, again and again until all are found
    or the patience is over. Returns how many were found, over all nodes; a node need not find itself."""
    missing = {node: {pair for pair in wanted if pair[1] != node.address} for node in nodes}
    asked = sum(map(len, missing.values()))
    end = time.monotonic() + PATIENCE
    while any(missing.values()) and time.monotonic() < end:
        for node, pairs in missing.items():
            for info_hash, _ in pairs:
                node.look_up(info_hash)
        round_end = time.monotonic() + ROUND
        while any(missing.values()) and time.monotonic() < round_end:
            for node, pairs in missing.items():
                if pairs:
                    node.session.wait_for_alert(50)
                    pairs -= node.found()
    return asked - sum(map(len, missing.values()))
