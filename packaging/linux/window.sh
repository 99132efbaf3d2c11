# The window as a Debian package, for recent systems. Sourced by ./dev.

# Not in the lock file: its packages for other platforms are not in every registry, and a lock
# that lacks them is refused.
need_bundler() {
  if [ ! -x node_modules/.bin/tauri ]; then
    say "fetching Tauri's bundler"
    npm install --no-save --no-package-lock --no-audit --no-fund --loglevel=error @tauri-apps/cli@2.12.5
  fi
}

# The window, for systems with WebKitGTK 4.1, and the desk's program with it.
package_desktop() { # [--debug]
  local profile=release words=(--release) bundle=() out files licences
  if [ "${1:-}" = --debug ]; then profile=debug words=() bundle=(--debug); fi
  need_build
  need_bundler
  build_ui --release
  build_programs "${words[@]}" --features tiexin/custom-protocol
  out="$(target_dir)"
  mkdir -p target/packages
  linux_licences "$(uname -m)"
  licences="$out/licences-$(uname -m).txt"
  say "packing the desktop program"
  files="{\"/usr/bin/tiexin-desk\":\"$out/$profile/tiexin-desk\",\"/usr/share/tiexin/ui\":\"ui/dist\""
  files+=",\"/usr/share/doc/tiexin/LICENSE\":\"LICENSE\",\"/usr/share/doc/tiexin/LICENCES.txt\":\"$licences\"}"
  node_modules/.bin/tauri bundle "${bundle[@]}" --bundles deb \
    --config "{\"bundle\":{\"linux\":{\"deb\":{\"files\":$files,\"postRemoveScript\":\"$linux_dir/postrm\"}}}}"
  cp "$out/$profile"/bundle/deb/*.deb target/packages/
}
