# The ARM programs on this machine: the tests that judge the others judge them, run by qemu. Sourced by ./dev.

arm_packages() {
  cat <<'LIST'
qemu-user-static     has qemu-aarch64-static
libc6-arm64-cross    [ -e /usr/aarch64-linux-gnu/lib/ld-linux-aarch64.so.1 ]
LIST
}

# Each story is a province in one file and desks of its own, all of them ARM programs: sync, TLS, sticks.
arm_told='test(/::on_sqlite$/) and test(/^(carried|encrypted_line|moved|duplicates|quarantine)::/)'
# Both townships with every figure, every field case. Not those that set a program's clock: that is done with a library
# of this machine.
arm_commands='not test(/clock/)'

# Programs by the usual names that qemu runs, also where a test leaves no PATH to find it by.
arm_programs() { # programs folder
  local name qemu
  qemu="$(command -v qemu-aarch64-static)"
  for name in tiexin-desk tiexin-server; do
    printf '#!/bin/sh\nexec %q -L /usr/aarch64-linux-gnu %q "$@"\n' "$qemu" "$1/$name" >"$2/$name"
    chmod +x "$2/$name"
  done
  readelf --file-header "$1/tiexin-desk" | grep -q AArch64 || fail "$1/tiexin-desk is no ARM program"
}

arm_nextest() { # programs folder, which tests
  TIEXIN_BIN_DIR="$1" cargo nextest run --locked --workspace --exclude tiexin-ui --no-fail-fast -E "$2"
}

test_arm() { # [--built]
  local built="${1:-}" folder status=0
  need_build
  need_zig aarch64
  need_packages < <(arm_packages)
  need_nextest
  if [ "$built" != --built ]; then
    build_ui --release
    linux_build aarch64 debug
    say "building the tests (first time: about 10 minutes)"
    # As `./dev test` builds them, so that nothing is built twice.
    cargo build --locked --workspace --exclude tiexin-ui --bins --tests
  fi
  folder="$(mktemp -d)"
  arm_programs "$(target_dir)/$(linux_target aarch64)/debug" "$folder"
  say "ARM: the command line, both townships' ledgers, field cases"
  arm_nextest "$folder" "package(tiexin-desk) and (binary(cli) or binary(field_cases)) and $arm_commands" || status=1
  say "ARM: sync, TLS, sticks, decisions, with an ARM province"
  arm_nextest "$folder" "binary(stories) and $arm_told" || status=1
  rm -rf "$folder"
  return $status
}
