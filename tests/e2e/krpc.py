"""What the tests need of KRPC (BEP 5): queries, and who answers them."""
import socket
import struct


def encode(value):
    if isinstance(value, int):
        return b"i%de" % value
    if isinstance(value, bytes):
        return b"%d:%s" % (len(value), value)
    if isinstance(value, list):
        return b"l" + b"".join(map(encode, value)) + b"e"
    return b"d" + b"".join(encode(k) + encode(value[k]) for k in sorted(value)) + b"e"


def decode(data):
    def at(i):
        if data[i : i + 1] == b"i":
            end = data.index(b"e", i)
            return int(data[i + 1 : end]), end + 1
        if data[i : i + 1] in (b"l", b"d"):
            kind, items, i = data[i : i + 1], [], i + 1
            while data[i : i + 1] != b"e":
                item, i = at(i)
                items.append(item)
            return (items if kind == b"l" else dict(zip(items[::2], items[1::2]))), i + 1
        colon = data.index(b":", i)
        size = int(data[i:colon])
        return data[colon + 1 : colon + 1 + size], colon + 1 + size

    return at(0)[0]


def query(method, arguments, transaction=b"tx"):
    return encode({b"t": transaction, b"y": b"q", b"q": method, b"a": arguments})


def address(text):
    host, port = text.rsplit(":", 1)
    return host, int(port)


class Client:
    """An honest node: asks, and answers the pings by which others find out that it is there."""

    def __init__(self, own_id):
        self.id = own_id
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.count = 0

    def ask(self, to, method, arguments=None, tries=10, patience=0.5):
        """Returns what was answered, or None."""
        for _ in range(tries):
            self.count += 1
            transaction = b"w" + struct.pack(">I", self.count)
            self.socket.sendto(query(method, {b"id": self.id, **(arguments or {})}, transaction), to)
            answer = self.receive(to, transaction, patience)
            if answer is not None:
                return answer
        return None

    def receive(self, sender, transaction, patience):
        self.socket.settimeout(patience)
        while True:
            try:
                data, where = self.socket.recvfrom(2048)
            except (TimeoutError, socket.timeout):
                return None
            message = decode(data)
            if message[b"y"] == b"q":
                answer = {b"t": message[b"t"], b"y": b"r", b"r": {b"id": self.id}}
                self.socket.sendto(encode(answer), where)
            elif where == sender and message.get(b"t") == transaction:
                return message.get(b"r")
