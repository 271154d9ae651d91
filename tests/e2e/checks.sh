# Sourced by the tests of this folder: prints "ok - sentence" or "not ok - sentence" for each check.

# shellcheck source=tools/processes.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../tools/processes.sh"

bad=0

# check "sentence" COMMAND...: the sentence holds when the command succeeds.
check() {
  local sentence=$1
  shift
  if "$@"; then
    echo "ok - $sentence"
  else
    echo "not ok - $sentence"
    bad=1
  fi
}

# must ...: as check, but nothing after it makes sense when it fails.
must() {
  check "$@"
  [ $bad -eq 0 ] || exit 1
}

equal() { [ "$1" = "$2" ] || { echo "# got \"$1\", wanted \"$2\""; return 1; }; }
contains() { [[ "$1" == *"$2"* ]] || { echo "# \"$1\" lacks \"$2\""; return 1; }; }

# fails_with CODE COMMAND...: true when the command ends with this exit code; its stderr is left in $complaint.
fails_with() {
  local wanted=$1 code=0
  shift
  complaint=$(timeout 30 "$@" 2>&1 >/dev/null </dev/null) || code=$?
  [ $code -eq "$wanted" ] || { echo "# exit code $code, wanted $wanted: $complaint"; return 1; }
}

# http METHOD URL [CURL FLAG...]: prints the status code; the body is left in $work/body.
http() { curl -sS --max-time 20 -o "$work/body" -w '%{http_code}' -X "$1" "${@:3}" "$2"; }

finish() { exit $bad; }
