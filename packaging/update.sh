# The update package of a release: what an installed program consists of, for every machine, signed. Sourced by ./dev.
# What desks do with it: docs/decisions/0019-updates.md.

# The program that packs and signs.
update_packer() { echo "$(target_dir)/debug/tiexin-server"; }

update_told() { node -p "JSON.parse(require('fs').readFileSync(0, 'utf8')).$1"; } # name

# Looked at before the packages are built: desks take only what a key has signed that they were built with.
update_is_ready() { # key [form…]
  local told
  [ -f "$1" ] || fail "--update-key: there is no file $1"
  release_has linux "${@:2}" ||
    fail "an update package is made of the programs for Linux, and of others too: --update-key wants the form linux"
  say "building the program that packs and signs updates"
  cargo build --locked --package tiexin-server
  told="$(env -u TIEXIN_RELEASE_KEYS "$(update_packer)" release public --key "$1" --json)" ||
    fail "--update-key: $1 is no key for update packages (tiexin-server release keygen)"
  [ "$(update_told trusted <<<"$told")" = true ] || fail "no desk would take what $1 signs: write its public half,
  $(update_told public <<<"$told")
into assets/release-keys.txt before anything is built (docs/release.md)"
}

# ---------------------------------------------------------------- what lies in it

# As it lies beside an installed program: programs, screens, licences. The province is upgraded by its own package.
update_windows() { # stage folder
  local name
  mkdir -p "$2"
  for name in tiexin.exe tiexin-desk.exe WebView2Loader.dll ui LICENSE.txt LICENCES.txt; do
    cp -r "$1/$name" "$2/"
  done
}

update_linux() { # machine programs folder
  linux_program "$1" "$2/tiexin-desk" "$3/tiexin-desk"
  cp -r ui/dist "$3/ui"
  linux_licences "$1"
  install -m 644 LICENSE "$3/LICENSE"
  install -m 644 "$(target_dir)/licences-$1.txt" "$3/LICENCES.txt"
}

# The window's package is for machines of this kind. Where only the desk is installed, nobody starts it.
update_window() { # program folder
  install -m 755 "$1" "$2/tiexin"
  "$(linux_strip "$(uname -m)")" --strip-all "$2/tiexin"
}

# A folder for each kind of machine, of what the packages were made of.
update_stage() { # release|debug folder [form…]
  local machine programs
  for machine in "${linux_machines[@]}"; do
    programs="$(target_dir)/$(linux_target "$machine")/$1"
    update_linux "$machine" "$programs" "$2/linux-$machine"
  done
  ! release_has desktop "${@:3}" || update_window "$(target_dir)/$1/tiexin" "$2/linux-$(uname -m)"
  ! release_has windows "${@:3}" || update_windows target/packages/windows "$2/windows-x86_64"
}

# ---------------------------------------------------------------- job

# The program itself says to which tables it brings a book.
update_book() { # release|debug version
  local told
  told="$(env -u TIEXIN_DATA "$(target_dir)/$(linux_target "$(uname -m)")/$1/tiexin-desk" update show --json)"
  [ "$(update_told version <<<"$told")" = "$2" ] || fail "the desk's program is not of version $2"
  update_told book <<<"$told"
}

update_pack() { # key release|debug version heading file [form…]
  local work book folder platforms=()
  say "packing the update package"
  work="$(mktemp -d)"
  update_stage "$2" "$work" "${@:6}"
  book="$(update_book "$2" "$3")"
  cargo run --quiet --locked --package xtask -- notes "$4" --desk >"$work/notes.txt"
  for folder in "$work"/*-*/; do
    folder="${folder%/}"
    platforms+=(--platform "${folder##*/}=$folder")
  done
  env -u TIEXIN_RELEASE_KEYS "$(update_packer)" release pack --key "$1" --version "$3" --book "$book" \
    --made "$(TZ=CST-8 date -d "@$(sources_at)" +%F)" --notes "$work/notes.txt" "${platforms[@]}" --out "$5"
  rm -rf "$work"
}
