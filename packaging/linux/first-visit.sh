#!/bin/bash
# From a package that was just installed to the first visit at the province, as an office does it, by commands.
# Runs on the machine under test and wants nothing there but bash, sed, grep and coreutils.
#
#   first-visit.sh LEDGERS TLS DESK SERVER [MENU-ENTRY]
#
# LEDGERS: a folder with the sample township's ledgers. TLS: a folder with the certificate of a province that is its own
# authority: the machine may have no root certificates. DESK and SERVER: the programs. RUNNER: what runs them, where
# this machine cannot (qemu).
set -euo pipefail

ledgers="$1" tls="$2" desk="$3" server="$4" entry="${5:-}"
limit=120
work="$(mktemp -d)"
pids=()
leave() {
  [ ${#pids[@]} = 0 ] || kill "${pids[@]}" 2>/dev/null || true
  rm -rf "$work"
}
trap leave EXIT
fail() { printf 'first visit: %s\n' "$*" >&2; exit 1; }

runner="${RUNNER:-}"
run_desk() { $runner "$desk" --data "$work/book" --json "$@"; }
run_server() { $runner "$server" --store "sqlite:$work/province.db" "$@"; }
# The text of the first field of this name.
told() { grep -o "\"$1\": *\"[^\"]*\"" | head -1 | sed 's/.*: *"\(.*\)"/\1/'; }
# Fails unless a JSON text has this.
has() { # what text
  grep -q "$1" <<<"${2//\": /\":}" || fail "no $1 in: ${2:0:400}"
}
until_line() { # file pattern
  local tries
  for tries in $(seq 300); do
    ! grep -q "$2" "$1" 2>/dev/null || return 0
    sleep 0.1
  done
  cat "$1" >&2
  fail "$2 did not come"
}

# The province is there already when an office begins: its time is not the office's.
run_server migrate >/dev/null
run_server user add wang --display 王丽丽 >/dev/null
run_server grant add --user wang --role worker --region 340323100 >/dev/null
code="$(run_server --json device enrol-code --user wang | told code)"
run_server serve --listen 127.0.0.1:0 --tls-cert "$tls/localhost.cert.pem" --tls-key "$tls/localhost.key.pem" \
  >"$work/serve" 2>"$work/serve.log" &
pids+=($!)
until_line "$work/serve" '^listening on'
address="https://localhost:$(sed -n 's/^listening on .*://p' "$work/serve")"

begin="$(date +%s%N)"
mark() { printf '%6.1f s  %s\n' "$((($(date +%s%N) - begin) / 100000000))e-1" "$1"; }
export TIEXIN_PASSWORD=shiliu-shu-xia
$runner "$desk" --version
run_desk enrol --server "$address" --ca "$tls/localhost.cert.pem" --code "$code" --user wang >/dev/null
mark "joined the province"

seen="$(run_desk import "$ledgers"/*.xlsx "$ledgers"/*.xls "$ledgers"/*.csv)"
# As expected.json of the sample township says.
has '"taken":2957,' "$seen"
has '"taken":26,' "$seen"
has '"taken":24,' "$seen"
mark "imported the township's ledgers"

family="$(run_desk list household --limit 1 | told id)"
has '"refused":\[\]' "$(run_desk add visit <<<"{\"household\": \"$family\", \"note\": \"送去棉被。\"}")"
mark "recorded the first visit"

synced="$(run_desk sync)"
has '"complete":true' "$synced"
has '"waiting":0' "$synced"
has '"agreed":true' "$(run_desk status)"
mark "the province has it"
has '"sound":true' "$(run_desk verify)"
run_server verify >/dev/null
mark "both books verified"

# The menu entry opens the screens in the system's browser: here a program that writes down what it is to open.
if [ -n "$entry" ]; then
  mkdir "$work/path"
  printf '#!/bin/bash\nprintf "%%s\\n" "$1" >"%s/opened.new" && mv "%s/opened.new" "%s/opened"\n' "$work" "$work" "$work" \
    >"$work/path/xdg-open"
  chmod +x "$work/path/xdg-open"
  read -r -a words <<<"$(sed -n 's/^Exec=//p' "$entry")"
  [ -x "${words[0]}" ] || fail "$entry starts ${words[0]}, which is not there"
  PATH="$work/path:$PATH" TIEXIN_DATA="$work/book" $runner "${words[@]}" >"$work/menu" 2>&1 &
  pids+=($!)
  until_line "$work/opened" '^http://127\.0\.0\.1:'
  host="$(sed 's|^http://\([^/]*\)/.*|\1|' "$work/opened")"
  for path in / /tiexin_bg.wasm; do
    exec 3<>"/dev/tcp/127.0.0.1/${host##*:}"
    printf 'GET %s HTTP/1.0\r\nHost: %s\r\n\r\n' "$path" "$host" >&3
    head -1 <&3 | grep -q ' 200 ' || fail "$path is not answered"
    exec 3>&-
  done
  mark "the menu entry opens the screens"
fi

took="$((($(date +%s%N) - begin) / 1000000000))"
[ "$took" -lt "$limit" ] || fail "took $took s; an office may expect less than $limit"
