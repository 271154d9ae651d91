# shellcheck shell=bash
# Sourced by the tests here: `warren pipe` between two hosts of nodes.sh, and what its receiver saw.

# shellcheck source=tests/natlab/nodes.sh
source tests/natlab/nodes.sh

# start_pipe NAME MODE FLAG... <input >output
start_pipe() {
  local name=$1 mode=$2
  shift 2
  on "$name" "$warren" pipe --db pipe --bind 0.0.0.0:4001 --bootstrap "$relay_ip:4000" --relay "$relay_url" \
    --ca "$work/ca.pem" --relay-token "$token" --transport "$mode" --json "$@"
}

# Receives, and tells the number of octets, their hash, and on further lines from when to when it waited for the next ones. In a
# file, if one is named, stands how many octets there are so far.
# shellcheck disable=SC2034 # the tests run it
receiver='
import hashlib, os, sys, time
progress = os.open(sys.argv[1], os.O_WRONLY) if len(sys.argv) > 1 else None
digest, octets, pauses, last = hashlib.sha256(), 0, [], None
while part := sys.stdin.buffer.read1(1 << 20):
    now = time.time()
    if last and now - last > 0.1:
        pauses.append((last, now))
    last = now
    digest.update(part)
    octets += len(part)
    if progress is not None:
        os.pwrite(progress, b"%015d\n" % octets, 0)
print(octets, digest.hexdigest())
for pause in pauses:
    print(*pause)
'

# longest_pauses PAUSES NO_WAY: prints the longest of the pauses in milliseconds, longest first; when there was no way does not
# count.
longest_pauses() {
  python3 - "$@" <<'JUDGE'
import sys
pauses, no_way = ([tuple(map(float, line.split())) for line in open(name)] for name in sys.argv[1:])
def counts(start, end):
    return end - start - sum(max(0, min(end, b) - max(start, a)) for a, b in no_way)
print(*sorted((int(1000 * counts(*pause)) for pause in pauses), reverse=True)[:8], 0)
JUDGE
}
