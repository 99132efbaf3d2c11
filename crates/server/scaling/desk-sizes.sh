#!/usr/bin/env bash
# How large the book of a desk is by the level of its grant, and how long its first sync takes.
#
#   crates/server/scaling/desk-sizes.sh BIN [FAMILIES [VISITS]]
#
# BIN holds tiexin-server and tiexin-desk. Every township of 固镇县 (340323), of 蚌埠市 (3403) beyond it and of 滁州市 (3411)
# gets FAMILIES families (20) of two people with VISITS visits (5) each; then a desk of a village, a township, a county, a
# city and the province read what they may. Prints a table; docs/performance.md holds one.
set -euo pipefail
bin=$(realpath "$1") families=${2:-20} visits=${3:-5}
root=$(mktemp -d)
trap 'kill $server 2>/dev/null || true; rm -rf "$root"' EXIT
regions=$(dirname "$(realpath "$0")")/../../../assets/regions/anhui.csv
export TIEXIN_STORE=sqlite:$root/province.db TIEXIN_PASSWORD=暖心2026走访 TIEXIN_LOG=error
"$bin/tiexin-server" migrate >&2
"$bin/tiexin-server" serve --listen 127.0.0.1:0 >"$root/listening" 2>"$root/server.log" &
server=$!
until grep -q '^listening on' "$root/listening"; do sleep 0.1; done
url=http://$(sed -n 's/^listening on //p' "$root/listening")

enrol() { # name role region
  "$bin/tiexin-server" user add "$1" --display "$1" >/dev/null
  "$bin/tiexin-server" grant add --user "$1" --role "$2" --region "$3" >/dev/null
  local code; code=$("$bin/tiexin-server" device enrol-code --user "$1")
  "$bin/tiexin-desk" --data "$root/$1" --user "$1" enrol --server "$url" --code "$code" >/dev/null
}

enrol writer supervisor 34
# The first village of every township.
villages=$(cut -d, -f1 "$regions" | tr -d '\r' | grep -E '^(3403|3411)[0-9]{8}$' | sort | awk '!seen[substr($0, 1, 9)]++')
python3 - "$families" "$visits" $villages >"$root/families.json" 3>"$root/visits.json" <<'PY'
import json, os, sys
families, visits, villages = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
later = os.fdopen(3, "w")
for region in villages:
    for n in range(families):
        name = "户主%s%d" % ("甲乙丙丁戊己庚辛"[n % 8], n)
        print(json.dumps({"household": {"region": region, "head_name": name},
            "persons": [{"name": name, "relation": "head"}, {"name": name + "配偶", "relation": "spouse"}]}))
        for v in range(visits):
            later.write(json.dumps({"head_name": name, "region": region, "date": "2026-%02d-10" % (v % 12 + 1),
                "note": "送去米面油，老人身体尚可，问了近来吃药和睡眠的情况，约好下月再来。"}) + "\n")
PY
"$bin/tiexin-desk" --data "$root/writer" --json add family <"$root/families.json" >"$root/saved.json"
python3 - "$root/saved.json" "$root/visits.json" "$visits" >"$root/whole.json" <<'PY'
import json, sys
saved = [one["id"] for one in json.load(open(sys.argv[1]))["saved"]]
each = int(sys.argv[3])
for n, line in enumerate(open(sys.argv[2])):
    visit = json.loads(line); visit["household"] = saved[n // each]; print(json.dumps(visit))
PY
"$bin/tiexin-desk" --data "$root/writer" --json add visit <"$root/whole.json" >/dev/null
"$bin/tiexin-desk" --data "$root/writer" sync >/dev/null

printf '| level | townships | records | book, kB | first sync, s |\n|---|---|---|---|---|\n'
level() { # name region townships
  enrol "$1" supervisor "$2"
  local begun=$(date +%s.%N) size records=0 kind
  "$bin/tiexin-desk" --data "$root/$1" sync >/dev/null
  local took; took=$(echo "$(date +%s.%N) - $begun" | bc)
  for kind in household person visit; do
    records=$((records + $("$bin/tiexin-desk" --data "$root/$1" --json list "$kind" --region "$2" --limit 1 | python3 -c 'import json,sys; print(json.load(sys.stdin)["total"])')))
  done
  size=$(du -sk "$root/$1" | cut -f1)
  printf '| %s %s | %s | %s | %s | %.1f |\n' "$1" "$2" "$3" "$records" "$size" "$took"
}
count() { echo "$villages" | grep -c "^$1" || true; }
level village 340323100001 1
level township 340323100 1
level county 340323 "$(count 340323)"
level city 3403 "$(count 3403)"
level province 34 "$(count 34)"
