# shellcheck shell=bash
# Sourced by the tests here: a relay with a DHT node, and nodes of one database, on the hosts of hosts.sh. Each check prints
# "ok - ..." or "not ok - ...".

unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY

# shellcheck source=tests/natlab/hosts.sh
source tests/natlab/hosts.sh
# shellcheck source=tools/processes.sh
source tools/processes.sh
use_hosts

relay_ip=10.77.0.1
relay_url=wss://$relay_ip:443/
second_relay_ip=10.77.0.2
token=natlab

failed=0 # the exit code of the test
# check SENTENCE COMMAND...
check() {
  if "${@:2}"; then
    echo "ok - $1"
  else
    echo "not ok - $1"
    # shellcheck disable=SC2034 # the tests exit with it
    failed=1
  fi
}

relay_certificate() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=Warren test CA" \
    -keyout "$work/ca.key" -out "$work/ca.pem" 2>/dev/null
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$relay_ip" \
    -keyout "$work/relay.key" -out "$work/relay.csr" 2>/dev/null
  openssl x509 -req -in "$work/relay.csr" -CA "$work/ca.pem" -CAkey "$work/ca.key" -CAcreateserial -days 2 \
    -extfile <(echo "subjectAltName=IP:$relay_ip,IP:$second_relay_ip") -out "$work/relay.pem" 2>/dev/null
}

# start_lab_relay [NAME ADDRESS]: on the host of that name, "relay" unless said otherwise.
start_lab_relay() {
  local name=${1:-relay} ip=${2:-$relay_ip}
  start "$name" ip netns exec "$lab-$name" "$warren" relay --bind "$ip:443" --dht "$ip:4000" \
    --tls-cert "$work/relay.pem" --tls-key "$work/relay.key" --token "$token" --json
  event "$name" ready >/dev/null
}

# start_lab_node NAME ADDRESS
start_lab_node() {
  start "$1" ip netns exec "$lab-$1" "$warren" node --db natlab --data "$work/$1.data" --bind "$2:4001" \
    --bootstrap "$relay_ip:4000" --relay "$relay_url" --ca "$work/ca.pem" --relay-token "$token" \
    --transport auto --api 127.0.0.1:8080 --json
  event "$1" ready >/dev/null
}

# put NODE SOUL JSON
put() { on "$1" "$warren" put "$2" "$3" --api http://127.0.0.1:8080 >/dev/null; }

# holds NODE SOUL VALUE; all_hold SOUL VALUE
holds() { [ "$(on "$1" "$warren" get "$2" value --api http://127.0.0.1:8080 2>/dev/null | jq -r .)" = "$3" ]; }
all_hold() {
  local each
  for each in a b c; do holds "$each" "$1" "$2" || return 1; done
}

# path_is FROM TO KIND[|KIND]: how FROM reaches TO now.
path_is() {
  local id
  id=$(status "$2" .peer_id)
  [[ "$(status "$1" ".peers[] | select(.peer_id == \"$id\") | .path")" =~ ^($3)$ ]]
}

# The network of all tests: the relay's host, open hosts a and b, and c behind a firewall.
build_lab() {
  add_host relay "$relay_ip"
  add_host a 10.77.0.11
  add_host b 10.77.0.12
  add_host c 10.77.0.13
  only_https c "$relay_ip"
  relay_certificate
  start_lab_relay
  start_lab_node a 10.77.0.11
  start_lab_node b 10.77.0.12
  start_lab_node c 10.77.0.13
}
