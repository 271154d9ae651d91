# shellcheck shell=bash
# Sourced by the tests here: hosts as network namespaces on a bridge of their own. The machine's own network is not touched
# and nothing leaves the machine. Needs root, iproute2 and nftables; ends the test with exit code 77 where these are
# missing. Source it before tools/processes.sh, and call use_hosts after.

lab=wl$$
lab_hosts=()

skip() {
  echo "skip - $1"
  exit 77
}

[ "$(id -u)" -eq 0 ] || skip "network namespaces need root"
for tool in ip nft curl jq openssl; do
  command -v "$tool" >/dev/null || skip "$tool is not installed"
done

remove_hosts() {
  local each
  for each in "${lab_hosts[@]}"; do ip netns del "$lab-$each" 2>/dev/null || true; done
  lab_hosts=()
}
trap remove_hosts EXIT

# add_namespace NAME
add_namespace() {
  ip netns add "$lab-$1" 2>/dev/null || return 1
  lab_hosts+=("$1")
  ip -n "$lab-$1" link set lo up
}

# The switch that all hosts are plugged into.
add_namespace lan || skip "this machine makes no network namespaces"
ip -n "$lab-lan" link add br0 type bridge 2>/dev/null || skip "this machine makes no bridges"
ip -n "$lab-lan" link set br0 up

# add_host NAME ADDRESS: a host on the LAN, in 10.77.0.0/24.
add_host() {
  add_namespace "$1"
  ip link add eth0 netns "$lab-$1" type veth peer name "to-$1" netns "$lab-lan" 2>/dev/null || skip "this machine makes no veth pairs"
  ip -n "$lab-lan" link set "to-$1" master br0 up
  ip -n "$lab-$1" addr add "$2/24" dev eth0
  ip -n "$lab-$1" link set eth0 up
}

# add_nat NAME ADDRESS INNER [FLAGS]: a router at ADDRESS of the LAN with the network INNER.0/24 behind it, which it hides
# behind its address. Without FLAGS a port is kept if it is free: the same towards everybody. With "random,fully-random" each
# destination sees another one.
add_nat() {
  add_host "$1" "$2"
  ip -n "$lab-$1" link add br0 type bridge 2>/dev/null || skip "this machine makes no bridges"
  ip -n "$lab-$1" addr add "$3.1/24" dev br0
  ip -n "$lab-$1" link set br0 up
  on "$1" sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
  on "$1" nft -f - <<RULES || skip "nftables does not translate addresses here"
table ip nat {
  chain postrouting {
    type nat hook postrouting priority 100; policy accept;
    oifname "eth0" masquerade ${4:-}
  }
}
RULES
}

# add_inside ROUTER NAME ADDRESS: a host behind that router.
add_inside() {
  add_namespace "$2"
  ip link add eth0 netns "$lab-$2" type veth peer name "to-$2" netns "$lab-$1" 2>/dev/null || skip "this machine makes no veth pairs"
  ip -n "$lab-$1" link set "to-$2" master br0 up
  ip -n "$lab-$2" addr add "$3/24" dev eth0
  ip -n "$lab-$2" link set eth0 up
  ip -n "$lab-$2" route add default via "${3%.*}.1"
}

# on NAME COMMAND...: runs it on that host.
on() { ip netns exec "$lab-$1" "${@:2}"; }

# only_https NAME ADDRESS: a firewall between the host and the switch. It lets TCP 443 with that address through; everything
# else disappears without a word, as behind most firewalls.
only_https() {
  on lan nft -f - <<RULES || skip "nftables does not filter bridges here"
table bridge firewall_$1 {
  chain forward {
    type filter hook forward priority 0; policy accept;
    iifname "to-$1" ether type arp accept
    iifname "to-$1" ip daddr $2 tcp dport 443 accept
    iifname "to-$1" ip protocol udp counter drop
    iifname "to-$1" drop
    oifname "to-$1" ether type arp accept
    oifname "to-$1" ip saddr $2 tcp sport 443 accept
    oifname "to-$1" drop
  }
}
RULES
}

# open_firewall NAME
open_firewall() { on lan nft delete table bridge "firewall_$1"; }

# pull_cable NAME, plug_cable NAME: the host loses its network without a word, and gets it back.
pull_cable() { ip -n "$lab-lan" link set "to-$1" down; }
plug_cable() { ip -n "$lab-lan" link set "to-$1" up; }

# dropped_udp NAME: how many datagrams from that host its firewall has stopped.
dropped_udp() {
  on lan nft -j list table bridge "firewall_$1" | jq '[.nftables[].rule?.expr[]?.counter?.packets // empty] | add'
}

# use_hosts: call it after sourcing tools/processes.sh. Programs end before their hosts go, and the APIs of nodes are asked
# on the nodes' own loopback, at port 8080.
use_hosts() {
  # shellcheck disable=SC2154 # the trap assigns it
  trap 'code=$?; stop_all; remove_hosts; (exit $code); clean_up' EXIT
  status() { on "$1" curl -fsS --noproxy '*' --max-time 10 http://127.0.0.1:8080/v1/status | jq -r "$2"; }
}
