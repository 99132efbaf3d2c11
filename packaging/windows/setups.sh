# The packages on the Windows under Wine: installed, upgraded, removed, and the book stays. And figures beside Linux.
# Sourced by ./dev.

wine_password() { export TIEXIN_PASSWORD='暖心2026走访'; }

wine_there() { [ -e "$1" ] || fail "not there: $1"; }
wine_gone() { [ ! -e "$1" ] || fail "still there: $1"; }

# Two versions that differ in their number and in one line.
wine_two_versions() {
  local version
  for version in 0.0.1 0.0.2; do
    cp -rp "$wine_dir/stage" "$wine_dir/stage-$version"
    echo "trial $version" >>"$wine_dir/stage-$version/LICENCES.txt"
    windows_pack "$wine_dir/stage-$version" "$version" "$wine_dir/packages"
  done
}

wine_package() { echo "$wine_dir/packages/tiexin_$1_x64$2"; }

# A desk in a folder of programs, on the book where the window keeps it.
wine_desk() { # programs, words
  local programs="$1"
  shift
  wine_prng "$programs"
  "$wine_dir/wine" "$programs/tiexin-desk.exe" --data "$wine_book_there" "$@"
  rm "$programs/bcryptprimitives.dll"
}

# The Windows path, and the same on Linux.
wine_book_there='C:\users\王丽丽\AppData\Local\cn.tiexin.desk'
wine_book_here() { echo "$wine_c/users/王丽丽/AppData/Local/cn.tiexin.desk"; }

wine_new_book() { # programs
  rm -rf "$(wine_book_here)"
  wine_desk "$1" --user wang init --standalone --region 340323100 --display-name 王丽丽 </dev/null
  echo '{"region": "340323100001", "head_name": "欧阳升级"}' | wine_desk "$1" add household
}

wine_has_book() { # programs
  wine_desk "$1" search 欧阳升级 --json </dev/null | grep -q household || fail "the book is not what it was"
}

# Without any Windows program: the book is still there and is sound.
wine_kept_book() {
  local desk
  desk="$(target_dir)/debug/tiexin-desk"
  "$desk" --data "$(wine_book_here)" search 欧阳升级 --json </dev/null | grep -q household || fail "the book is gone"
  "$desk" --data "$(wine_book_here)" verify </dev/null
}

# A version as the updater lays it down.
wine_updated() { # programs
  mkdir -p "$1/versions/99.0.0/ui"
  touch "$1/versions/apply.lock" "$1/versions/99.0.0/tiexin-desk.exe" "$1/versions/99.0.0/ui/index.html"
}

wine_version() { # registry key; the version that Windows shows for 贴心
  wine_run reg query "$1" /s 2>/dev/null | iconv -f GBK -t UTF-8 | tr -d '\r' |
    awk '/^HKEY/ {version = ""} $1 == "DisplayVersion" {version = $3} $1 == "DisplayName" && $3 == "贴心" {name = 1}
         name && version {print version; name = 0; version = ""}' | sort -u
}

wine_shows() { # registry key, version or nothing
  local shown
  shown="$(wine_version "$1")"
  [ "$shown" = "$2" ] || fail "Windows shows version “$shown” where “$2” is installed"
}

wine_setups() {
  wine_password
  wine_two_versions
  wine_by_policy
  wine_by_hand
  wine_on_a_stick
}

wine_by_policy() {
  say "the MSI: installed, upgraded in place, no way down, removed"
  local programs="$wine_c/Program Files/Tiexin" key='HKLM\Software\Microsoft\Windows\CurrentVersion\Uninstall'
  wine_run msiexec /i "$(wine_package 0.0.1 .msi)" /qn
  wine_shows "$key" 0.0.1
  wine_menu 2
  wine_there "$programs/ui/index.html"
  wine_new_book "$programs"
  wine_run msiexec /i "$(wine_package 0.0.2 .msi)" /qn
  wine_shows "$key" 0.0.2
  grep -q 'trial 0.0.2' "$programs/LICENCES.txt" || fail "the MSI left the old files"
  wine_has_book "$programs"
  ! wine_run msiexec /i "$(wine_package 0.0.1 .msi)" /qn || fail "an older MSI was taken"
  wine_shows "$key" 0.0.2
  # Not before: Wine does not tell the former package that it gives way to another one, which Windows does.
  wine_updated "$programs"
  wine_run msiexec /x "$(wine_package 0.0.2 .msi)" /qn
  wine_shows "$key" ''
  wine_gone "$programs"
  wine_menu 0
  wine_kept_book
}

wine_by_hand() {
  say "the setup: installed, busy, upgraded in place, no way down, removed"
  local programs="$wine_c/users/王丽丽/AppData/Local/Programs/Tiexin" code=0
  local key='HKCU\Software\Microsoft\Windows\CurrentVersion\Uninstall'
  wine_run "$(wine_package 0.0.1 -setup.exe)" /S
  wine_shows "$key" 0.0.1
  wine_menu 3
  wine_new_book "$programs"
  wine_busy "$programs"
  wine_shows "$key" 0.0.1
  wine_updated "$programs"
  wine_run "$(wine_package 0.0.2 -setup.exe)" /S
  wine_shows "$key" 0.0.2
  wine_there "$programs/versions/99.0.0/tiexin-desk.exe"
  grep -q 'trial 0.0.2' "$programs/LICENCES.txt" || fail "the setup left the old files"
  wine_has_book "$programs"
  wine_run "$(wine_package 0.0.1 -setup.exe)" /S || code=$?
  [ "$code" = 4 ] || fail "an older setup ended with $code"
  wine_shows "$key" 0.0.2
  wine_run "$programs/uninstall.exe" /S
  wine_until_gone "$programs"
  wine_shows "$key" ''
  wine_menu 0
  wine_kept_book
}

# While a program of it runs, the setup changes nothing and says so by its code.
wine_busy() { # programs
  local host code=0
  wine_prng "$1"
  "$wine_dir/wine" "$1/tiexin-desk.exe" --data "$wine_book_there" serve >"$wine_dir/serve" 2>/dev/null </dev/null &
  host=$!
  until grep -q 'http://' "$wine_dir/serve"; do
    kill -0 "$host" || fail "the loopback host did not start"
    sleep 0.1
  done
  wine_run "$(wine_package 0.0.2 -setup.exe)" /S || code=$?
  kill -9 "$host"
  wait "$host" 2>/dev/null || true
  rm "$1/bcryptprimitives.dll"
  [ "$code" = 3 ] || fail "a setup over a running program ended with $code"
  grep -q 'trial 0.0.1' "$1/LICENCES.txt" || fail "a setup over a running program changed files"
}

wine_on_a_stick() {
  say "the zip: unpacked, used, a newer one unpacked over it"
  local stick="$wine_dir/王丽丽/U盘" desk
  mkdir "$stick"
  unzip -q "$(wine_package 0.0.1 -portable.zip)" -d "$stick"
  wine_there "$stick/tiexin/tiexin-book"
  wine_prng "$stick/tiexin"
  desk() { "$wine_dir/wine" "$stick/tiexin/tiexin-desk.exe" --data "$stick/tiexin/tiexin-book" "$@"; }
  desk --user wang init --standalone --region 340323100 --display-name 王丽丽 </dev/null
  echo '{"region": "340323100001", "head_name": "欧阳带着"}' | desk add household
  unzip -q -o "$(wine_package 0.0.2 -portable.zip)" -d "$stick"
  grep -q 'trial 0.0.2' "$stick/tiexin/LICENCES.txt" || fail "the zip left the old files"
  desk search 欧阳带着 --json </dev/null | grep -q household || fail "the book on the stick is not what it was"
}

# Entries of the start menu, of this user or of all.
wine_menu() { # how many
  local found
  found="$(find "$wine_c" -path '*Start Menu*' -path '*贴心*' -name '*.lnk' | wc -l)"
  [ "$found" = "$1" ] || fail "$found entries in the start menu where $1 are due"
}

# The uninstaller goes on in a copy of itself.
wine_until_gone() { # folder
  local tries
  for tries in $(seq 100); do
    [ -e "$1" ] || return 0
    sleep 0.1
  done
  fail "still there: $1: $(ls -A "$1")"
}

# ---------------------------------------------------------------- figures

# Seconds of five runs, the middle one.
wine_median() { # command
  local from tries
  for tries in 1 2 3 4 5; do
    from=$EPOCHREALTIME
    "$@" >/dev/null 2>&1 </dev/null || fail "did not run: $*"
    echo "$from $EPOCHREALTIME"
  done | awk '{print $2 - $1}' | sort -n | sed -n 3p
}

wine_new_import() { # desk
  local book
  book="$(mktemp -d "$wine_dir/王丽丽/book.XXXXXX")/book"
  "$1" --data "$book" --user wang init --standalone --region 340323100 --display-name 王丽丽
  "$1" --data "$book" import tests/fixtures/ledgers/guyang-2026-10/{special-families.xlsx,members.xls,services-2026-10.xlsx,activities.csv}
}

# Debug programs on both sides, in one run on one machine.
wine_figures() {
  wine_password
  local desk name book="$wine_dir/王丽丽/figures"
  say "figures: the middle of five runs in seconds, programs without optimisation"
  for name in Linux Windows; do
    desk="$(target_dir)/debug/tiexin-desk"
    [ $name = Linux ] || desk="$wine_dir/windows/tiexin-desk"
    [ -d "$book" ] || "$desk" --data "$book" --user wang init --standalone --region 340323100 </dev/null >/dev/null
    printf '%-8s start %.2f   open a book and answer %.2f   new book and import of four ledgers %.2f\n' "$name" \
      "$(wine_median "$desk" --version)" "$(wine_median "$desk" --data "$book" status)" \
      "$(wine_median wine_new_import "$desk")"
  done
}
