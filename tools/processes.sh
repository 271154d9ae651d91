# Sourced by tools/demo and the tests in tests/e2e: starts programs in the background, waits for what they print, and ends
# what it started, nothing else. Every wait is bounded. Needs bash, curl and jq.

warren=${WARREN:-$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)/build/bin/warren}
[ -x "$warren" ] || { echo "$warren is not there: run tools/build first" >&2; exit 1; }

# Nothing here may go through a proxy.
unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY

work=$(mktemp -d "${TMPDIR:-/tmp}/warren-XXXXXX")
declare -A pids=()

# start NAME COMMAND...: runs it with stdout in $work/NAME.out and stderr in $work/NAME.err.
start() {
  local name=$1
  shift
  "$@" >"$work/$name.out" 2>"$work/$name.err" </dev/null &
  pids[$name]=$!
}

running() { [ -n "${pids[$1]:-}" ] && kill -0 "${pids[$1]}" 2>/dev/null; }

# wait_until SECONDS COMMAND...: repeats the command until it succeeds.
wait_until() {
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    [ $SECONDS -lt $end ] || return 1
    sleep 0.1
  done
}

# event NAME EVENT [SECONDS]: prints the first such line of JSON that the program printed; waits for it.
event() {
  local name=$1 kind=$2 end=$((SECONDS + ${3:-30})) line
  while :; do
    line=$(grep -m1 "\"event\":\"$kind\".*}\$" "$work/$name.out" "$work/$name.err" -h 2>/dev/null) && break
    running "$name" || { echo "$name ended early: $(tail -3 "$work/$name.err")" >&2; return 1; }
    [ $SECONDS -lt $end ] || { echo "$name printed no $kind event: $(tail -3 "$work/$name.err")" >&2; return 1; }
    sleep 0.05
  done
  printf '%s\n' "$line"
}

# ends NAME [SECONDS]: waits for the program's end by itself; returns its exit code, 124 when it does not end.
ends() {
  wait_until "${2:-30}" eval '! running '"$1" || return 124
  local code=0
  wait "${pids[$1]}" || code=$?
  unset "pids[$1]"
  return $code
}

# freeze NAME: stops all its threads as they are, until `kill -CONT`. The signal alone lets some run on for a while.
freeze() {
  kill -STOP "${pids[$1]}"
  wait_until 10 frozen "$1" || { echo "$1 does not stop" >&2; return 1; }
}
frozen() {
  local states
  states=$(grep -h '^State:' "/proc/${pids[$1]}/task/"*/status) && ! grep -qv stopped <<<"$states"
}

# stop NAME: asks the program to stop and returns its exit code. kill_hard NAME: SIGKILL.
stop() {
  kill -TERM "${pids[$1]}" 2>/dev/null || true
  ends "$1" 30
}
kill_hard() {
  kill -KILL "${pids[$1]}" 2>/dev/null || true
  wait "${pids[$1]}" 2>/dev/null || true
  unset "pids[$1]"
}

stop_all() {
  local name end=$((SECONDS + 10))
  for name in "${!pids[@]}"; do kill -TERM "${pids[$name]}" 2>/dev/null || true; done
  for name in "${!pids[@]}"; do
    while running "$name" && [ $SECONDS -lt $end ]; do sleep 0.05; done
    kill -KILL "${pids[$name]}" 2>/dev/null || true
    wait "${pids[$name]}" 2>/dev/null || true
  done
}

# The directory is kept after a failure when KEEP is set, to look at.
clean_up() {
  local code=$?
  trap - EXIT INT TERM
  stop_all
  if [ $code -ne 0 ] && [ -n "${KEEP:-}" ]; then
    echo "kept: $work" >&2
  else
    rm -rf "$work"
  fi
  exit $code
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# certificates: a test CA and a server certificate for 127.0.0.1, made on the spot.
certificates() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=Warren test CA" \
    -keyout "$work/ca.key" -out "$work/ca.pem" 2>/dev/null
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=127.0.0.1" \
    -keyout "$work/relay.key" -out "$work/relay.csr" 2>/dev/null
  openssl x509 -req -in "$work/relay.csr" -CA "$work/ca.pem" -CAkey "$work/ca.key" -CAcreateserial -days 2 \
    -extfile <(echo "subjectAltName=IP:127.0.0.1,DNS:localhost") -out "$work/relay.pem" 2>/dev/null
}

# start_relay [FLAG...]: a TLS relay; its URL is left in $relay_url.
start_relay() {
  start relay "$warren" relay --bind 127.0.0.1:0 --tls-cert "$work/relay.pem" --tls-key "$work/relay.key" --json "$@"
  relay_url=$(event relay ready | jq -r .url)
}

# start_dht: a private bootstrap; its address is left in $bootstrap.
start_dht() {
  start dht "$warren" dht --bind 127.0.0.1:0 --json
  bootstrap=$(event dht ready | jq -r '.udp[0]')
}

# start_node NAME FLAG...: a node with its data in $work/NAME.data; its API's URL is left in ${api[NAME]}.
declare -A api=()
start_node() {
  local name=$1
  shift
  start "$name" "$warren" node --data "$work/$name.data" --bind 127.0.0.1:0 --json "$@"
  api[$name]=$(event "$name" ready | jq -r .api)
}

# status NAME FILTER: what jq's filter finds in the node's status.
status() { curl -fsS --max-time 10 "${api[$1]}/v1/status" | jq -r "$2"; }
items() { status "$1" .database.items; }
digest() { status "$1" .database.digest; }
peer_count() { status "$1" '.peers | length'; }
has_peers() { [ "$(peer_count "$1")" -ge "$2" ]; }
has_items() { [ "$(items "$1")" -ge "$2" ]; }

# same_digest NAME...: true when all these nodes hold the same.
same_digest() {
  local first name
  first=$(digest "$1") || return 1
  for name in "${@:2}"; do [ "$(digest "$name")" = "$first" ] || return 1; done
}
