# A release: everything that goes out, in one folder. Sourced by ./dev. How one is made: docs/release.md.

release_packages() {
  cat <<'LIST'
b3sum      has b3sum
minisign   has minisign
LIST
}

job_release() { # [--draft] [--debug] [--key FILE] [--update-key FILE] [form…] | --twice [--debug] [machine…]
  if [ "${1:-}" = --twice ]; then release_twice "${@:2}"; return; fi
  local draft= debug=() key= update_key= forms=() version heading out
  while [ $# -gt 0 ]; do
    case "$1" in
      --draft) draft=1 ;;
      --debug) debug=(--debug) ;;
      --key) key="${2:?--key FILE}"; shift ;;
      --update-key) update_key="${2:?--update-key FILE}"; shift ;;
      desktop | linux | windows) forms+=("$1") ;;
      *) fail "./dev release [--draft] [--debug] [--key FILE] [--update-key FILE] [desktop|linux|windows…]" ;;
    esac
    shift
  done
  need_build
  need_packages < <(release_packages)
  need_tool cargo-cyclonedx cargo-cyclonedx 0.5.9
  version="$(program_version)"
  [ -n "$draft" ] || release_is_ready "$version" "$key" "$update_key" "${debug[*]}${forms[*]}"
  [ -z "$update_key" ] || update_is_ready "$update_key" "${forms[@]}"
  heading="$(release_heading "$draft" "$version")"
  SOURCE_DATE_EPOCH="$(sources_at)"
  export SOURCE_DATE_EPOCH
  out="target/release-$version"
  rm -rf "$out" target/packages
  mkdir -p "$out"
  release_pack "${debug[@]}" -- "${forms[@]}"
  if [ -n "$update_key" ]; then
    update_pack "$update_key" "$(release_profile "${debug[@]}")" "$version" "$heading" \
      "target/packages/tiexin-$version.txu" "${forms[@]}"
  else
    say "no update package: no --update-key"
  fi
  find target/packages -maxdepth 1 -type f -exec cp -p {} "$out/" \;
  say "sizes"
  cargo run --quiet --locked --package xtask -- sizes "$version" target/packages || [ -n "$draft" ] ||
    fail "explain what has grown, then release again"
  say "notes, bill of materials, checksums"
  cargo run --quiet --locked --package xtask -- notes "$heading" >"$out/NOTES.md"
  release_bill "$out" "$version"
  release_sums "$out"
  release_sign "$out" "$version" "$key"
  say "made:"
  ls -l "$out"
  if [ -z "$draft" ]; then
    # Last: a release that broke off has changed nothing that is to be committed.
    cargo run --quiet --locked --package xtask -- sizes "$version" target/packages --record >/dev/null
    say "commit docs/release-sizes.json, then tag v$version"
  fi
}

release_heading() { if [ -n "$1" ]; then echo Unreleased; else echo "$2"; fi; }

release_profile() { if [ "${1:-}" = --debug ]; then echo debug; else echo release; fi; } # [--debug]

# Whether a form is made: where none is named, all are.
release_has() { # form [form…]
  [ $# = 1 ] || [[ " ${*:2} " = *" $1 "* ]]
}

# Looked at before anything is built.
release_is_ready() { # version key update-key forms
  [ -z "$4" ] || fail "a release has all forms, and programs that are optimised; --draft for a trial"
  [ -z "$(git status --porcelain)" ] || fail "there are changes that are not committed; --draft for a trial"
  grep -q "\"version\": \"$1\"" tauri.conf.json || fail "tauri.conf.json has another version than Cargo.toml: $1"
  cargo run --quiet --locked --package xtask -- notes "$1" >/dev/null ||
    fail "give the changelog's part of this release the heading ## $1"
  cargo run --quiet --locked --package xtask -- notes "$1" --desk >/dev/null ||
    fail "say in the changelog what is new in Chinese too: desks that are offered the update are told"
  [ -f "$2" ] || fail "--key FILE: the key that signs (docs/release.md); --draft for a trial without a signature"
  [ -f "$3" ] || fail "--update-key FILE: the key that signs update packages (docs/release.md); --draft for a trial without one"
}

release_pack() { # [--debug] -- [form…]
  local words=() form
  while [ "$1" != -- ]; do words+=("$1"); shift; done
  shift
  if [ $# = 0 ]; then job_package "${words[@]}"; fi
  for form in "$@"; do job_package "$form" "${words[@]}"; done
}

# ---------------------------------------------------------------- bill of materials

# CycloneDX, one file for each program, one for the screens, one for what the screens take from npm. The tool writes
# beside the manifests: it gets a copy of the sources.
release_bill() { # out version
  local work name target
  work="$(mktemp -d)"
  git archive --prefix=tiexin/ HEAD | tar -x -C "$work"
  for target in x86_64-unknown-linux-gnu wasm32-unknown-unknown; do
    (cd "$work/tiexin" && cargo cyclonedx --quiet --format json --spec-version 1.5 --describe binaries \
      --no-build-deps --target "$target" --target-in-filename)
  done
  for name in tiexin tiexin-desk tiexin-server; do
    release_bill_of "$work/tiexin" "${name}_bin_x86_64-unknown-linux-gnu" "$1/$name.cdx.json"
  done
  release_bill_of "$work/tiexin" tiexin-ui_bin_wasm32-unknown-unknown "$1/tiexin-ui.cdx.json"
  # npm names no thing without a version; the repository's list of parts has none of its own.
  (cd "$work/tiexin" && npm pkg set "version=$2" && npm sbom --package-lock-only --sbom-format cyclonedx) \
    >"$1/tiexin-ui-npm.cdx.json"
  rm -rf "$work"
}

# The bill says nothing of this machine.
release_bill_of() { # sources name file
  local found
  found="$(find "$1" -name "$2.cdx.json" -not -path '*/target/*')"
  [ -n "$found" ] || fail "no bill of materials for $2"
  sed "s|$1|/tiexin|g" "$found" >"$3"
}

# ---------------------------------------------------------------- checksums and signature

release_sums() { # out
  (
    cd "$1"
    find . -type f ! -name '*SUMS*' -printf '%P\0' | LC_ALL=C sort -z >../sums.list
    xargs -0 sha256sum <../sums.list >SHA256SUMS
    xargs -0 b3sum <../sums.list >B3SUMS
    rm ../sums.list
    sha256sum --quiet --check SHA256SUMS
    b3sum --quiet --check B3SUMS
  )
}

# Who trusts the two lists trusts every file in them. The key's password is asked for.
release_sign() { # out version key
  if [ -z "$3" ]; then
    say "not signed: no --key"
    return
  fi
  minisign -R -s "$3" -p "$1/minisign.pub" >/dev/null
  minisign -S -s "$3" -t "tiexin $2" -m "$1/SHA256SUMS" "$1/B3SUMS"
  local list
  for list in SHA256SUMS B3SUMS; do
    minisign -V -q -p "$1/minisign.pub" -m "$1/$list" || fail "the signature of $list does not fit"
  done
}

# ---------------------------------------------------------------- twice the same?

# The programs for Linux from two copies of the sources, in folders of different names.
release_twice() { # [--debug] [machine…]
  local profile=release machines=() machine place work name status=0
  while [ $# -gt 0 ]; do
    case "$1" in
      --debug) profile=debug ;;
      *) linux_debian "$1" >/dev/null; machines+=("$1") ;;
    esac
    shift
  done
  [ ${#machines[@]} -gt 0 ] || machines=("${linux_machines[@]}")
  need_rust
  need_packages < <(build_packages)
  need_zig "${machines[@]}"
  SOURCE_DATE_EPOCH="$(sources_at)"
  export SOURCE_DATE_EPOCH
  work="$(target_dir)/twice"
  for place in one another-place; do
    rm -rf "${work:?}/$place"
    mkdir -p "$work/$place/sources"
    git archive HEAD | tar -x -C "$work/$place/sources"
    for machine in "${machines[@]}"; do
      (cd "$work/$place/sources" && CARGO_TARGET_DIR="$work/$place/built" linux_build "$machine" "$profile" placeless)
    done
  done
  for machine in "${machines[@]}"; do
    for name in tiexin-desk tiexin-server; do
      # As they lie in packages: of what is there for debugging OpenSSL's own names the folder.
      for place in one another-place; do
        "$(linux_strip "$machine")" --strip-all -o "$work/$place/$name" \
          "$work/$place/built/$(linux_target "$machine")/$profile/$name"
      done
      twice_same "$work"/{one,another-place}/"$name" "$machine" || status=1
    done
  done
  return $status
}

# Tells what differs: in how many bytes, and which words.
twice_same() { # one another machine
  local short="${1##*/} for $3"
  if cmp -s "$1" "$2"; then
    printf 'the same: %s  %s\n' "$(sha256sum <"$1" | cut -c1-64)" "$short"
    return
  fi
  printf 'NOT the same: %s, %s and %s bytes, %s places\n' "$short" "$(stat -c %s "$1")" "$(stat -c %s "$2")" \
    "$(cmp -l "$1" "$2" 2>/dev/null | wc -l)"
  diff <(strings -a -n 8 "$1") <(strings -a -n 8 "$2") | head -20 || true
  return 1
}
