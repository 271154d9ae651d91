"""What the DHT tests share: the warren program and foreign peers as child processes that speak JSON lines, bounded
waits, and one line per check. Everything stays on loopback; children are ended by their process id."""

import atexit
import json
import os
import pathlib
import queue
import secrets
import subprocess
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]
WARREN = os.environ.get("WARREN", str(ROOT / "build" / "bin" / "warren"))
DHT_PEER = os.environ.get("DHT_PEER", str(ROOT / "build" / "bin" / "dht_peer"))
PATIENCE = 90.0  # seconds that any one wait may take: on a busy machine node alone takes ten to start

failures = 0


def check(holds, sentence):
    """Prints the outcome of one check and remembers failures."""
    global failures
    print(("ok - " if holds else "not ok - ") + sentence, flush=True)
    failures += 0 if holds else 1
    return holds


def finish():
    sys.exit(1 if failures else 0)


def give_up(sentence):
    check(False, sentence)
    finish()


class Child:
    """A process that prints one JSON object per line. Other lines are ignored."""

    def __init__(self, *command, cwd=None):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=cwd)
        self.events = queue.Queue()
        self.seen = []
        threading.Thread(target=self._read, daemon=True).start()
        atexit.register(self.stop)

    def _read(self):
        for line in self.process.stdout:
            try:
                event = json.loads(line)
            except ValueError:
                continue
            if isinstance(event, dict):
                self.events.put(event)
        self.events.put(None)

    def wait_for(self, wanted, patience=PATIENCE):
        """Returns the first event from now on for which `wanted` holds, or None when it does not come in time."""
        end = time.monotonic() + patience
        while (left := end - time.monotonic()) > 0:
            try:
                event = self.events.get(timeout=left)
            except queue.Empty:
                return None
            if event is None:
                return None
            self.seen.append(event)
            if wanted(event):
                return event
        return None

    def say(self, **command):
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()

    def alive(self):
        return self.process.poll() is None

    def stop(self):
        if self.alive():
            self.process.terminate()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def warren(*arguments):
    if not os.access(WARREN, os.X_OK):
        give_up(f"the warren program is there ({WARREN}: run tools/build first)")
    return Child(WARREN, *arguments, "--json")


def within_patience(holds):
    """Tries again and again until `holds()` or the patience is over; returns whether it holds."""
    end = time.monotonic() + PATIENCE
    while not (held := holds()) and time.monotonic() < end:
        time.sleep(0.05)
    return bool(held)


def named(name):
    return lambda event: event.get("event") == name


def new_topic():
    """Returns a random topic as 64 digits and its info-hash as 40."""
    topic = secrets.token_hex(32)
    return topic, topic[:40]


def start_dht(bind="127.0.0.1:0"):
    """Starts our own DHT node on loopback and returns it with its address."""
    node = warren("dht", "--bind", bind)
    ready = node.wait_for(named("ready"))
    if not ready:
        give_up("warren dht says that it is ready")
    return node, ready["udp"][0]


def beside(address):
    """Any port of the same host."""
    return address.rsplit(":", 1)[0] + ":0"


def announce(topic, bootstrap, port):
    """Announces until stopped; returns the process and the number of nodes that took it, 0 when none did in time."""
    process = warren(
        "announce", "--topic", topic, "--bind", beside(bootstrap), "--bootstrap", bootstrap, "--port", str(port))
    done = process.wait_for(lambda event: event.get("event") == "announced" and event.get("nodes", 0) > 0)
    return process, done["nodes"] if done else 0


def lookup(topic, bootstrap, wanted):
    """Looks up again and again until `wanted` is found or the patience is over; returns the peers of the last time."""
    peers = set()

    def finds():
        process = warren(
            "lookup", "--topic", topic, "--bind", beside(bootstrap), "--bootstrap", bootstrap, "--timeout", "10000")
        process.wait_for(named("done"), 15)
        process.stop()
        peers.clear()
        peers.update(event["address"] for event in process.seen if event.get("event") == "peer")
        return wanted in peers

    within_patience(finds)
    return peers
