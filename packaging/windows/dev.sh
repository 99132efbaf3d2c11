# Windows: the packages. Sourced by ./dev; `wine.sh` beside it runs what is made here.

windows_target=x86_64-pc-windows-gnu
windows_dir="$PWD/packaging/windows"

windows_packages() {
  cat <<'LIST'
gcc-mingw-w64-x86-64  has x86_64-w64-mingw32-gcc
wixl                  has wixl
msitools              has msibuild
nsis                  has makensis
zip                   has zip
LIST
}

need_windows() {
  need_build
  need_packages < <(windows_packages)
  need_windows_target
}

need_windows_target() {
  if has rustup && ! rustup target list --installed | grep -qx "$windows_target"; then
    say "adding the Windows target to Rust"
    rustup target add "$windows_target"
  fi
}

# The three programs for Windows. OpenSSL asks CryptoAPI for random numbers where it was not built by Microsoft's
# compiler: that is deprecated, and under Wine it sometimes has none. BCrypt is what it asks elsewhere.
windows_build() { # [further words for cargo]
  say "building the programs for Windows (first time: about 15 minutes)"
  CFLAGS_x86_64_pc_windows_gnu=-DUSE_BCRYPTGENRANDOM cargo build --locked --target "$windows_target" --bins \
    --package tiexin --package tiexin-desk --package tiexin-server "$@"
}

# Whether all that ships still compiles for Windows, and the tests of the crate that knows most of Windows. Nothing is
# linked or run: a compiler is enough.
windows_check() {
  local headers include settings
  need_rust
  need_packages < <(build_packages)
  need_packages < <(windows_packages | grep '^gcc-mingw')
  need_windows_target
  # SQLCipher is content with the headers of this machine's OpenSSL. Building one for Windows takes minutes.
  headers="$(target_dir)/windows-headers"
  include="$(pkg-config --variable=includedir openssl)"
  rm -rf "$headers"
  mkdir -p "$headers"/{include,lib}
  cp -rp "$include/openssl" "$headers/include/"
  cp -rp "$include/$(cc -print-multiarch)/openssl/." "$headers/include/openssl/"
  settings=(X86_64_PC_WINDOWS_GNU_OPENSSL_NO_VENDOR=1 "X86_64_PC_WINDOWS_GNU_OPENSSL_DIR=$headers"
    X86_64_PC_WINDOWS_GNU_OPENSSL_STATIC=0)
  say "checking that everything compiles for Windows"
  env "${settings[@]}" cargo check --locked --target "$windows_target" --bins \
    --package tiexin --package tiexin-desk --package tiexin-server
  env "${settings[@]}" cargo check --locked --target "$windows_target" --tests --package tiexin-files
}

package_windows() { # [--debug]: programs without optimisation, to try the packages
  local profile=release words=(--release --features tiexin/custom-protocol) version
  if [ "${1:-}" = --debug ]; then profile=debug words=(--features tiexin/custom-protocol); fi
  need_windows
  build_ui --release
  windows_build "${words[@]}"
  version="$(program_version)"
  windows_stage "$(target_dir)/$windows_target/$profile" target/packages/windows
  windows_pack target/packages/windows "$version" target/packages
  say "made:"
  ls -l target/packages/*.msi target/packages/*-setup.exe target/packages/*-portable.zip
}

# Lays out a folder as it will lie on the user's disk.
windows_stage() { # programs folder
  local program
  rm -rf "$2"
  mkdir -p "$2"
  for program in tiexin tiexin-desk tiexin-server; do
    cp "$1/$program.exe" "$2/"
    x86_64-w64-mingw32-strip "$2/$program.exe"
  done
  cp "$(windows_loader "$1")" "$2/"
  cp -r ui/dist "$2/ui"
  cp assets/icons/tiexin.ico "$2/"
  cp LICENSE "$2/LICENSE.txt"
  say "collecting the licences"
  cargo run --quiet --locked --package xtask -- licences "$windows_target" "$2/LICENCES.txt"
  windows_libraries "$2"
  # What lies in a package is as old as its sources, whenever it was packed.
  find "$2" -exec touch -h -d "@$(sources_at)" {} +
}

# The library by which a program finds WebView2, as the build fetched it.
windows_loader() { # programs
  local found
  found="$(find "$1" -path '*x64*' -name WebView2Loader.dll | head -1)"
  [ -n "$found" ] || fail "WebView2Loader.dll is not below $1"
  echo "$found"
}

# Every library that a program asks for lies beside it or is Windows' own; those of the compiler are not.
windows_libraries() { # folder
  local name
  while read -r name; do
    case "$name" in
      lib*.dll | *Loader.dll) [ -f "$1/$name" ] || fail "$name is asked for and not in the package" ;;
    esac
  done < <(x86_64-w64-mingw32-objdump -p "$1"/*.exe | sed -n 's/.*DLL Name: //p' | sort -fu)
}

# MSI, setup and zip of a folder.
windows_pack() { # folder version out
  mkdir -p "$3"
  windows_msi "$1" "$2" "$3/tiexin_$2_x64.msi"
  windows_setup "$1" "$2" "$3/tiexin_$2_x64-setup.exe"
  windows_portable "$1" "$2" "$3/tiexin_$2_x64-portable.zip"
}

# A number that is the same for the same words, written as Windows writes them.
windows_guid() { # words
  printf '%s' "$*" | sha256sum | tr a-f A-F |
    sed -E 's/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*/{\1-\2-5\3-8\4-\5}/'
}

windows_msi() { # folder version file
  say "packing the MSI"
  local work query stage
  work="$(mktemp -d)" stage="$(basename "$1")"
  # wixl takes no absolute path.
  (
    cd "$1/.."
    find "$stage/ui" -type f | LC_ALL=C sort | wixl-heat -p "$stage/" --directory-ref INSTALLDIR \
      --component-group Screens --var var.Stage --win64 >"$work/screens.wxs"
    wixl -a x64 -D Win64=yes -D "Version=$2" -D "Stage=$stage" -D "Product=$(windows_guid tiexin "$2")" \
      -o "$work/tiexin.msi" "$windows_dir/tiexin.wxs" "$work/screens.wxs"
  )
  # Simplified Chinese as Windows Installer keeps it; from here on texts may be Chinese.
  printf '\r\n\r\n936\t_ForceCodepage\r\n' >"$work/codepage.idt"
  LC_ALL=C.UTF-8 msibuild "$work/tiexin.msi" -i "$work/codepage.idt"
  while IFS= read -r query; do
    LC_ALL=C.UTF-8 msibuild "$work/tiexin.msi" -q "$query"
  done < <(cat "$windows_dir/chinese.sql" "$windows_dir/removal.sql")
  LC_ALL=C.UTF-8 msibuild "$work/tiexin.msi" -s "Installation Database" 贴心 "x64;2052" \
    "$(windows_guid "$2" "$(windows_sum "$1")")"
  LC_ALL=C.UTF-8 msiinfo export "$work/tiexin.msi" Shortcut | grep -q 在浏览器里打开贴心 ||
    fail "the Chinese texts did not get into the MSI"
  mv "$work/tiexin.msi" "$3"
  rm -rf "$work"
}

windows_sum() { # folder
  (cd "$1" && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum)
}

# WebView2's installer for machines without a network: beside the build, or where TIEXIN_WEBVIEW2 says.
windows_webview() {
  local given="${TIEXIN_WEBVIEW2:-$windows_dir/MicrosoftEdgeWebView2RuntimeInstallerX64.exe}"
  if [ -f "$given" ]; then
    realpath "$given"
  elif [ -n "${TIEXIN_WEBVIEW2:-}" ]; then
    fail "TIEXIN_WEBVIEW2 names no file: $TIEXIN_WEBVIEW2"
  fi
}

windows_setup() { # folder version file
  say "packing the setup"
  local webview words=()
  webview="$(windows_webview)"
  if [ -n "$webview" ]; then
    words+=("-DWEBVIEW=$webview")
  else
    say "without WebView2's installer: where a machine lacks it, the program opens in the browser"
  fi
  makensis -V2 -WX -INPUTCHARSET UTF8 "-DVERSION=$2" "-DSTAGE=$(realpath "$1")" "-DOUT=$(realpath -m "$3")" \
    "${words[@]}" "$windows_dir/setup.nsi"
}

# Program and book in one folder, for a stick: the book goes into `tiexin-book` where that folder is.
windows_portable() { # folder version file
  say "packing the zip for a stick"
  local work out
  work="$(mktemp -d)" out="$(realpath -m "$3")"
  cp -rp "$1" "$work/tiexin"
  mkdir "$work/tiexin/tiexin-book"
  cp "$windows_dir/readme.txt" "$work/tiexin/"
  find "$work" -newer "$1/LICENCES.txt" -exec touch -h -r "$1/LICENCES.txt" {} +
  rm -f "$out"
  (cd "$work" && find tiexin | LC_ALL=C sort | TZ=UTC zip -q -X -9 "$out" -@)
  rm -rf "$work"
}
