"""Nodes of ours (dht_peer) and of npm bittorrent-dht as child processes on loopback. Both understand the same commands;
what only one of them can is in its class."""

import hashlib
import pathlib

from harness import *

HERE = pathlib.Path(__file__).resolve().parent


def bencoded(text):
    return f"{len(text)}:{text}".encode()


def target_of(text):
    """The name of an immutable item, as 40 digits."""
    return hashlib.sha1(bencoded(text)).hexdigest()


def target_of_key(key, salt):
    return hashlib.sha1(key + salt.encode()).hexdigest()


class Node:
    """What both can."""

    def __init__(self, *command):
        self.child = Child(*command)
        ready = self.child.wait_for(named("ready"))
        if not ready:
            give_up(f"{pathlib.Path(command[0]).name} starts and bootstraps (built with WARREN_INTEROP=ON? npm ci?)")
        self.address = ready["address"]
        self.port = int(self.address.rsplit(":", 1)[1])

    def alive(self):
        return self.child.alive()

    def ask(self, *answers, **command):
        """Gives a command; returns its last answer, {} when none comes in time."""
        self.child.say(**command)
        return self.child.wait_for(lambda event: event["event"] in answers) or {}

    def announce(self, info_hash, port):
        """Announces until somebody has taken it; returns whether that is so."""

        def taken():
            done = self.ask("done", "announced", do="announce", hash=info_hash, port=port)
            return bool(done) and not done.get("error") and done.get("stored") != 0

        return within_patience(taken)

    def lookup(self, info_hash):
        """Returns the addresses that one lookup finds."""
        first = len(self.child.seen)
        self.ask("done", "looked_up", do="lookup", hash=info_hash)
        return {event["address"] for event in self.child.seen[first:] if event["event"] == "peer"}

    def finds(self, info_hash, wanted):
        """Looks up again and again, as a first time may come before everybody knows everybody."""
        return within_patience(lambda: wanted in self.lookup(info_hash))


class Ours(Node):
    """Our node. A got item is its value (bencoded) and its sequence number, -1 for an immutable one."""

    def __init__(self, bootstrap="", bind="127.0.0.1:0", node_id=None):
        super().__init__(DHT_PEER, bind, bootstrap, *filter(None, (node_id,)))

    def count(self):
        """Returns "nodes" in the table, and by method how many queries of ours foreign nodes have answered ("ours") and
        we of theirs ("theirs")."""
        return self.ask("count", do="count")

    def knows(self, nodes):
        return within_patience(lambda: self.count()["nodes"] == nodes)

    def has_answer(self, method, whose):
        return within_patience(lambda: self.count()[method][whose] > 0)

    def put(self, text):
        return self.ask("done", do="put", value=bencoded(text).hex())

    def put_mutable(self, seed, salt, seq, text, **cas):
        value = bencoded(text).hex()
        return self.ask("done", do="put_mutable", seed=seed.hex(), salt=salt, seq=seq, value=value, **cas)

    def get(self, text):
        return self._got(do="get", target=target_of(text))[0]

    def get_mutable(self, key, salt):
        return self._got(do="get_mutable", key=key.hex(), salt=salt)

    def _got(self, **command):
        first = len(self.child.seen)
        self.ask("done", **command)
        items = [event for event in self.child.seen[first:] if event["event"] == "item"]
        return (bytes.fromhex(items[-1]["value"]), items[-1]["seq"]) if items else (None, None)

    def key_of(self, seed):
        return bytes.fromhex(self.ask("key", do="key", seed=seed.hex())["key"])


class BittorrentDht(Node):
    """A node of npm bittorrent-dht, which knows IPv4 only."""

    def __init__(self, bootstrap=""):
        super().__init__("node", str(HERE / "bittorrent_dht_peer.mjs"), bootstrap)

    def ping(self, address):
        """Returns the id of the node there, None when it does not answer."""
        return self.ask("answer", do="ping", address=address).get("id")

    def find_node(self, address, target):
        """Returns how many nodes that node tells of, None when it does not answer."""
        return self.ask("answer", do="find_node", address=address, target=target).get("nodes")

    def put(self, text):
        return self.ask("put", do="put", value=text)

    def put_mutable(self, seed, salt, seq, text, **cas):
        return self.ask("put", do="put_mutable", seed=seed.hex(), salt=salt, seq=seq, value=text, **cas)

    def get(self, target, salt=""):
        got = self.ask("got", do="get", hash=target, salt=salt)
        return got.get("value"), got.get("seq")
