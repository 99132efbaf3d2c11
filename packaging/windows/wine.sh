# The Windows programs under Wine, on a Windows of their own: Chinese, of a worker named 王丽丽. Sourced by ./dev.
# What this proves, and what only a real Windows can show, is in docs/windows.md.

wine_packages() {
  cat <<'LIST'
wine64   [ -x /usr/lib/wine/wine64 ]
wine     has wineserver
locales  [ -e /usr/share/i18n/locales/zh_CN ]
unzip    has unzip
LIST
}

wine_dir=
wine_stop() {
  local tries=0
  [ -n "$wine_dir" ] || return 0
  WINEPREFIX="$wine_dir/prefix" wineserver -k 2>/dev/null || true
  WINEPREFIX="$wine_dir/prefix" wineserver -w 2>/dev/null || true
  # Programs that are about to end may still write into it.
  until rm -rf "$wine_dir" 2>/dev/null; do
    tries=$((tries + 1))
    [ "$tries" -lt 100 ] || { say "still there: $wine_dir"; break; }
    sleep 0.1
  done
  wine_dir=
}

# Makes the prefix; from here on `wine_run` runs a Windows program.
wine_start() {
  say "making a Windows under Wine"
  wine_dir="$(mktemp -d /tmp/tiexin-wine.XXXXXX)"
  # Documents and desktop are links to the home folder: not to the real one.
  mkdir -p "$wine_dir"/{home,locale,prefix,windows,mixed,王丽丽}
  localedef -i zh_CN -f UTF-8 "$wine_dir/locale/zh_CN.UTF-8"
  cat >"$wine_dir/wine" <<SCRIPT
#!/bin/sh
unset TIEXIN_UI_DIST DISPLAY WAYLAND_DISPLAY
export HOME='$wine_dir/home' USER=王丽丽 LOGNAME=王丽丽
export LOCPATH='$wine_dir/locale' LANG=zh_CN.UTF-8 LC_ALL=zh_CN.UTF-8
export WINEPREFIX='$wine_dir/prefix' WINEARCH=win64 WINEDEBUG=-all
export WINEDLLOVERRIDES='mscoree,mshtml,winemenubuilder.exe='
exec /usr/lib/wine/wine64 "\$@"
SCRIPT
  chmod +x "$wine_dir/wine"
  # One server for all programs that come and go.
  WINEPREFIX="$wine_dir/prefix" wineserver -p
  wine_boot
  wine_run reg add 'HKCU\Software\Wine' /v Version /d win10 /f >/dev/null
  # As on a real machine somebody is signed in: else each program that comes first starts Windows anew and may find
  # its parts missing. Nobody ever types anything; it ends with Wine's server.
  mkfifo "$wine_dir/typed"
  "$wine_dir/wine" cmd <>"$wine_dir/typed" >/dev/null 2>&1 &
  wine_c="$wine_dir/prefix/drive_c"
  [ -d "$wine_c/users/王丽丽/AppData" ] || fail "Wine made no folder for 王丽丽"
}

# What Wine writes late: without time zones no program knows the time, without a provider CryptoAPI has no random numbers.
wine_whole=(
  'HKLM\Software\Microsoft\Windows NT\CurrentVersion\Time Zones\China Standard Time'
  'HKLM\Software\Microsoft\Cryptography\Defaults\Provider Types\Type 001'
)

wine_is_whole() {
  local key
  for key in "${wine_whole[@]}"; do wine_run reg query "$key" >/dev/null 2>&1 || return 1; done
}

# On a busy machine Wine may give up before its registry is whole.
wine_boot() {
  local tries
  wine_run wineboot -i >/dev/null 2>&1 || true
  for tries in 1 2 3 4 5; do
    ! wine_is_whole || return 0
    wine_run wineboot -u >/dev/null 2>&1 || true
  done
  wine_is_whole || fail "Wine made no whole Windows"
}

wine_run() { "$wine_dir/wine" "$@" </dev/null; }

# Random numbers for the programs in this folder.
wine_prng() { cp "$wine_dir/bcryptprimitives.dll" "$1/"; }

# Lays the programs out as a package does. `windows` then has programs that run under Wine by the names of the Linux
# ones, `mixed` a Windows desk beside a Linux server: tests find them by TIEXIN_BIN_DIR.
wine_programs() { # built
  local name
  x86_64-w64-mingw32-gcc -O1 -shared -o "$wine_dir/bcryptprimitives.dll" "$windows_dir/prng.c" -ladvapi32
  windows_stage "$1" "$wine_dir/programs"
  cp -r "$wine_dir/programs" "$wine_dir/stage"
  wine_prng "$wine_dir/programs"
  for name in tiexin-desk tiexin-server; do
    sed "s|^exec .*|exec /usr/lib/wine/wine64 '$wine_dir/programs/$name.exe' \"\$@\"|" "$wine_dir/wine" \
      >"$wine_dir/windows/$name"
    chmod +x "$wine_dir/windows/$name"
  done
  ln -s "$wine_dir/windows/tiexin-desk" "$wine_dir/mixed/tiexin-desk"
  ln -s "$(target_dir)/debug/tiexin-server" "$wine_dir/mixed/tiexin-server"
}

# ---------------------------------------------------------------- jobs

wine_parts=(commands stories server carried setups figures kills)

test_windows() { # [part…]; without words, all; `check`: no part of it, and without Wine
  local part parts=("$@")
  if [ "$*" = check ]; then windows_check; return; fi
  [ $# -gt 0 ] || parts=("${wine_parts[@]}")
  for part in "${parts[@]}"; do
    [[ " ${wine_parts[*]} " = *" $part "* ]] || fail "$part? known are ${wine_parts[*]}"
  done
  need_windows
  need_packages < <(test_packages)
  need_packages < <(wine_packages)
  need_nextest
  build_ui --release
  windows_build
  say "building the tests (first time: about 10 minutes)"
  # As `./dev test` builds them, so that nothing is built twice.
  cargo build --locked --workspace --exclude tiexin-ui --bins --tests
  windows_tests "${parts[@]}"
}

# The parts themselves, on what is built.
windows_tests() { # part…
  local part
  wine_start
  wine_programs "$(target_dir)/$windows_target/debug"
  for part in "$@"; do "wine_$part"; done
  say "Windows programs under Wine: all in order (${*})"
}

# Runs tests on the programs of a folder. What they write lies in a folder with a Chinese name. Wine's server now and
# then loses a program before it has begun (`wine client error:0`): such a test runs once more, and is told as FLAKY.
wine_nextest() { # programs, words for nextest
  local programs="$1"
  shift
  TMPDIR="$wine_dir/王丽丽" TIEXIN_BIN_DIR="$wine_dir/$programs" TIEXIN_TEST_WINE=1 \
    cargo nextest run --locked --workspace --exclude tiexin-ui --no-fail-fast --retries 1 "$@"
}

# Not those of a bound book, where the machine is a folder of key files, nor those in which the browser is a script.
wine_commands() {
  say "the command line, both townships' ledgers and all field cases"
  wine_nextest mixed -E 'package(tiexin-desk) and (binary(cli) or binary(field_cases)) and not test(/^(machine|open)::/)'
}

# The stories in which a desk is a program of its own; no window opens under Wine.
wine_told='test(/^(attachments|backed_up|carried|encrypted_line|first_day|forms|read_again|at_the_screen)::/)'
wine_told+=' and not test(in_the_window)'

# A book that goes from Windows to Linux and back.
wine_carried() {
  say "a book between Windows and Linux"
  wine_nextest mixed -E 'binary(stories) and test(/^two_systems::/)'
}

wine_stories() {
  [ -n "${TIEXIN_TEST_PG:-}" ] || postgres_start quick
  say "stories: Windows desks, a Linux province, TLS, sticks, Chromium at the loopback host"
  wine_nextest mixed -E "binary(stories) and $wine_told"
}

wine_server() {
  say "stories: a Windows province in one file"
  wine_nextest windows \
    -E 'binary(stories) and test(/::on_sqlite$/) and test(/^(carried|encrypted_line|moved|duplicates|quarantine)::/)'
}

# Kills: 67 in each of three kinds of work, and the book is opened on Linux after each.
wine_kills() {
  say "kill −9 of Windows programs while they save, import and sync"
  TMPDIR="$wine_dir/王丽丽" TIEXIN_BIN_DIR="$wine_dir/mixed" \
    "$(target_dir)/debug/crashes" --rounds "${TIEXIN_WINE_ROUNDS:-67}" saving importing syncing-sqlite
}
