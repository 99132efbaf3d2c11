# Linux, also older and ARM: the packages. Sourced by ./dev; `arm.sh` and `installed.sh` beside it try what is made.

linux_dir="$PWD/packaging/linux"
# The C library of UOS 20. Kylin V10 has 2.31.
linux_libc=2.28
linux_machines=(x86_64 aarch64)
# What a menu entry says to the desk's program.
linux_menu_words=open
desk_id=cn.tiexin.desk

linux_packages() {
  cat <<'LIST'
python3-venv              python3 -c 'import ensurepip'
binutils                  has readelf && has strip
binutils-aarch64-linux-gnu has aarch64-linux-gnu-strip
rpm                       has rpmbuild
desktop-file-utils        has desktop-file-validate
LIST
}

linux_target() { echo "$1-unknown-linux-gnu"; } # machine

# The machine by Debian's name.
linux_debian() { # machine
  case "$1" in
    x86_64) echo amd64 ;;
    aarch64) echo arm64 ;;
    *) fail "$1? known are ${linux_machines[*]}" ;;
  esac
}

# Zig is the linker that knows every version of the C library. It lies below the build folder.
need_zig() {
  local zig machine
  zig="$(target_dir)/zig"
  need_packages < <(linux_packages)
  if [ ! -x "$zig/bin/python3" ] || ! "$zig/bin/python3" -c 'import ziglang' 2>/dev/null; then
    say "fetching Zig"
    python3 -m venv "$zig"
    "$zig/bin/pip" install --quiet --disable-pip-version-check ziglang==0.17.1
  fi
  export CARGO_ZIGBUILD_PYTHON_PATH="$zig/bin/python3"
  need_tool cargo-zigbuild cargo-zigbuild 0.24.0
  has rustup || return 0
  for machine in "$@"; do
    rustup target list --installed | grep -qx "$(linux_target "$machine")" ||
      rustup target add "$(linux_target "$machine")"
  done
}

# When what is built now was written: the last commit. No package tells when it was packed.
sources_at() { echo "${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}"; }

program_version() {
  cargo metadata --locked --no-deps --format-version 1 |
    node -p 'JSON.parse(require("fs").readFileSync(0, "utf8")).packages.find(p => p.name === "tiexin").version'
}

# OpenSSL writes down how its compiler was called: from here, the same place on every machine, so that the same sources
# give the same programs.
zig_place=/var/tmp/tiexin-zig

# Its copy lies apart from its cache: the cache makes a folder cargo-zigbuild of its own.
zig_prepare() {
  mkdir -p "$zig_place"
  [ -O "$zig_place" ] || fail "$zig_place belongs to somebody else: the compiler must be ours"
  [ ! -f "$zig_place/cargo-zigbuild" ] || rm "$zig_place/cargo-zigbuild"
  install -D -m 755 "$(command -v cargo-zigbuild)" "$zig_place/bin/cargo-zigbuild"
  cp "$linux_dir/openssl-places.h" "$zig_place/"
  export CARGO_ZIGBUILD_CACHE_DIR="$zig_place"
}

# Programs for a trial are not optimised and tell the folders of this machine; those that ship do neither.
linux_build() { # machine release|debug [placeless]
  local words=() settings=() flags zigbuild=cargo-zigbuild
  [ "$2" != release ] || words=(--release)
  if [ "$2" = release ] || [ -n "${3:-}" ]; then
    zig_prepare
    zigbuild="$zig_place/bin/cargo-zigbuild"
    flags="--remap-path-prefix=$PWD=/tiexin --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=/cargo"
    flags+=" --remap-path-prefix=$(target_dir)=/target"
    settings=("RUSTFLAGS=$flags" "CFLAGS_$1_unknown_linux_gnu=-include $zig_place/openssl-places.h")
  fi
  say "building the desk and the server for $1, glibc $linux_libc ($2; first time: about 15 minutes)"
  env "${settings[@]}" "SOURCE_DATE_EPOCH=$(sources_at)" "$zigbuild" zigbuild --locked --bins \
    --package tiexin-desk --package tiexin-server --target "$(linux_target "$1").$linux_libc" "${words[@]}"
}

# No symbol that a newer C library brought, and no library but the C library's own.
linux_check() { # program
  local newest needed
  newest="$(readelf --version-info --wide "$1" | grep -o 'GLIBC_[0-9.]*' | sed s/GLIBC_// | sort -Vu | tail -1)"
  [ -n "$newest" ] || fail "$1 names no version of the C library"
  [ "$(printf '%s\n' "$newest" "$linux_libc" | sort -V | tail -1)" = "$linux_libc" ] ||
    fail "$1 needs glibc $newest: it would not start on UOS 20, which has $linux_libc"
  needed="$(readelf --dynamic --wide "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' |
    grep -vE '^(lib(c|m|dl|rt|pthread|util)\.so\.[0-9]+|ld-linux-.*)$' || true)"
  [ -z "$needed" ] || fail "$1 needs libraries that an office may lack: $needed"
  printf '%s: glibc %s\n' "${1##*/}" "$newest" >&2
}

# ---------------------------------------------------------------- what lies in a package

linux_strip() { # machine
  if [ "$1" = "$(uname -m)" ]; then echo strip; else echo "$1-linux-gnu-strip"; fi
}

# A program, with nothing for debugging in it.
linux_program() { # machine program file
  install -D -m 755 "$2" "$3"
  "$(linux_strip "$1")" --strip-all "$3"
  linux_check "$3"
}

# What every package tells of itself: licences and changes.
linux_papers() { # machine folder
  mkdir -p "$2"
  install -m 644 LICENSE "$2/LICENSE"
  linux_copyright >"$2/copyright"
  linux_licences "$1"
  cp "$(target_dir)/licences-$1.txt" "$2/LICENCES.txt"
  gzip -9nc CHANGELOG.md >"$2/CHANGELOG.md.gz"
}

linux_copyright() {
  cat <<'TEXT'
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: tiexin

Files: *
Copyright: the authors of Tiexin
License: AGPL-3.0-or-later
 The whole text lies beside this file in LICENSE, the licences of everything that programs and screens are made of in
 LICENCES.txt.
TEXT
}

# Once for a run.
linux_licences() { # machine
  local file
  file="$(target_dir)/licences-$1.txt"
  [ -z "$(find "$file" -newer Cargo.lock 2>/dev/null)" ] || return 0
  say "collecting the licences"
  cargo run --quiet --locked --package xtask -- licences "$(linux_target "$1")" "$file"
}

# The desk with its screens, menu entry and icons below a folder. Programs find the screens at ../share/tiexin/ui.
linux_desk() { # machine programs root program-folder entries-folder
  linux_program "$1" "$2/tiexin-desk" "$3$4/bin/tiexin-desk"
  mkdir -p "$3$4/share/tiexin"
  cp -r ui/dist "$3$4/share/tiexin/ui"
  linux_entry "$3$5" "$4/bin/tiexin-desk"
}

linux_entry() { # entries-folder program
  local size file="$1/applications/$desk_id.desktop"
  mkdir -p "$1/applications"
  # The browser's windows are its own: no window class of ours.
  sed -e "s|{{exec}}|$2 $linux_menu_words|" -e "s|{{icon}}|$desk_id|" -e '/^StartupWMClass=/d' \
    packaging/tiexin.desktop >"$file"
  desktop-file-validate "$file" || fail "$file is no menu entry"
  for size in 32 128 512; do
    install -D -m 644 "assets/icons/${size}x$size.png" "$1/icons/hicolor/${size}x$size/apps/$desk_id.png"
  done
  install -D -m 644 assets/icons/tiexin.svg "$1/icons/hicolor/scalable/apps/$desk_id.svg"
}

# As UOS wants it: all below /opt/apps, nothing outside, no scripts.
linux_uos() { # machine programs root version
  local home="/opt/apps/$desk_id"
  linux_desk "$1" "$2" "$3" "$home/files" "$home/entries"
  linux_papers "$1" "$3$home/files/share/doc/tiexin-desk"
  sed -e "s|{{id}}|$desk_id|" -e "s|{{version}}|$4|" -e "s|{{arch}}|$(linux_debian "$1")|" \
    "$linux_dir/uos-info.json" >"$3$home/info"
}

linux_server() { # machine programs root
  linux_program "$1" "$2/tiexin-server" "$3/usr/bin/tiexin-server"
  install -D -m 640 packaging/server.env "$3/etc/tiexin/server.env"
  install -D -m 644 packaging/tiexin-server.service "$3/usr/lib/systemd/system/tiexin-server.service"
  linux_papers "$1" "$3/usr/share/doc/tiexin-server"
  install -m 644 README.md docs/server.md "$3/usr/share/doc/tiexin-server/"
}

# ---------------------------------------------------------------- job

package_linux() { # [--debug] [--built] [machine…]
  local profile=release built= machine machines=() version
  while [ $# -gt 0 ]; do
    case "$1" in
      --debug) profile=debug ;;
      --built) built=1 ;;
      *) linux_debian "$1" >/dev/null; machines+=("$1") ;;
    esac
    shift
  done
  [ ${#machines[@]} -gt 0 ] || machines=("${linux_machines[@]}")
  need_build
  need_zig "${machines[@]}"
  need_tool cargo-deb cargo-deb 3.8.0
  [ -n "$built" ] || build_ui --release
  version="$(program_version)"
  for machine in "${machines[@]}"; do
    [ -n "$built" ] || linux_build "$machine" "$profile"
    linux_pack "$machine" "$profile" "$version" target/packages
  done
  say "made:"
  ls -l target/packages
}
