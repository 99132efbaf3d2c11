# The Linux packages installed on a machine that has nothing else, and worked with. Sourced by ./dev.

chroot_packages() {
  cat <<'LIST'
debootstrap       has debootstrap
qemu-user-static  has qemu-aarch64-static
LIST
}

# Debian 10 has UOS 20's C library, 2.28; Debian 11 Kylin V10's, 2.31. The oldest that the registry still has is taken.
chroot_suites=(buster bullseye bookworm)

# A folder with an untouched Debian that also runs ARM programs (through qemu), made once.
chroot_suite=
chroot_base() { # folder
  local mirror suite log
  for suite in "${chroot_suites[@]}"; do
    if [ -f "$1/$suite.made" ]; then chroot_suite="$suite"; return; fi
  done
  mirror="$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -m1 '/debian/*$' || true)"
  mkdir -p "$1"
  log="$1/debootstrap.log"
  for suite in "${chroot_suites[@]}"; do
    say "making an untouched Debian: $suite"
    rm -rf "${1:?}/$suite"
    as_root debootstrap --variant=minbase "$suite" "$1/$suite" ${mirror:+"$mirror"} >"$log" 2>&1 || continue
    chroot_arm "$1/$suite" >>"$log" 2>&1 || { tail -5 "$log" >&2; fail "no ARM libraries for $suite"; }
    touch "$1/$suite.made"
    chroot_suite="$suite"
    return
  done
  tail -5 "$log" >&2
  fail "none of ${chroot_suites[*]} could be had"
}

# The ARM libraries of the same Debian, so that ARM packages find what they depend on; rpm; a worker.
chroot_arm() { # root
  as_root cp /etc/resolv.conf "$1/etc/resolv.conf"
  echo '127.0.0.1 localhost' | as_root tee "$1/etc/hosts" >/dev/null
  as_root chroot "$1" dpkg --add-architecture arm64
  as_root chroot "$1" apt-get update -qq
  as_root chroot "$1" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends libc6:arm64 rpm
  as_root cp "$(command -v qemu-aarch64-static)" "$1/usr/bin/"
  as_root chroot "$1" useradd --create-home wang
}

chroot_now=
chroot_stop() {
  [ -n "$chroot_now" ] || return 0
  as_root umount "$chroot_now/proc" 2>/dev/null || true
  as_root rm -rf --one-file-system "$chroot_now"
  chroot_now=
}

# A fresh copy, with the ledgers and the packages at hand.
chroot_start() { # base packages
  chroot_now="$(mktemp -d)"
  as_root cp -a "$1/." "$chroot_now/"
  as_root mount -t proc proc "$chroot_now/proc"
  as_root mkdir -p "$chroot_now/srv/packages"
  as_root cp -r tests/fixtures/ledgers/guyang-2026-10 "$chroot_now/srv/ledgers"
  as_root cp -r tests/fixtures/tls "$chroot_now/srv/tls"
  as_root cp packaging/linux/first-visit.sh "$chroot_now/srv/"
  as_root cp "${@:2}" "$chroot_now/srv/packages/"
  as_root chmod -R a+rX "$chroot_now/srv"
}

inside() { as_root chroot "$chroot_now" env LC_ALL=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"; }
as_worker() { as_root chroot --userspec=wang "$chroot_now" env -i HOME=/home/wang LC_ALL=C.UTF-8 PATH=/usr/bin:/bin "$@"; }

# Installs by the form's own tool.
install_package() { # file
  case "$1" in
    *.deb) inside dpkg -i "/srv/packages/${1##*/}" >/dev/null ;;
    # Debian's rpm knows of no other package: what a package asks for is looked at before (`rpm_asks`).
    *.rpm) inside rpm --force-debian -i --nodeps --ignorearch "/srv/packages/${1##*/}" ;;
    *.tar.gz) inside tar -C /opt -xzf "/srv/packages/${1##*/}" ;;
  esac
}

remove_package() { # file
  case "$1" in
    *.deb) inside dpkg --purge "$(dpkg-deb --field "$1" Package)" >/dev/null ;;
    *.rpm) inside rpm --force-debian -e "$(rpm -qp --queryformat '%{NAME}' "$1" 2>/dev/null)" ;;
    *.tar.gz) inside rm -r "/opt/$(basename "$1" .tar.gz)" ;;
  esac
}

# An rpm asks for nothing but the C library, in a version that is old enough.
rpm_asks() { # file
  local odd
  odd="$(rpm -qp --requires "$1" 2>/dev/null |
    grep -vE '^(rpmlib\(|/bin/sh|config\(|lib(c|m|dl|rt|pthread|util)\.so|ld-linux-|rtld\()' || true)"
  [ -z "$odd" ] || fail "${1##*/} asks for $odd"
}

# Where a desk's package puts program and menu entry.
desk_at() { # file
  case "$1" in
    */"$desk_id"_*) echo "/opt/apps/$desk_id/files/bin/tiexin-desk /opt/apps/$desk_id/entries/applications/$desk_id.desktop" ;;
    *.tar.gz) echo "/opt/$(basename "$1" .tar.gz)/bin/tiexin-desk" ;;
    *) echo "/usr/bin/tiexin-desk /usr/share/applications/$desk_id.desktop" ;;
  esac
}

server_at() { # file
  case "$1" in
    *.tar.gz) echo "/opt/$(basename "$1" .tar.gz)/bin/tiexin-server" ;;
    *) echo /usr/bin/tiexin-server ;;
  esac
}

# A version as the updater lays it down.
chroot_updated() { # program
  local versions="${1%/bin/*}/lib/tiexin/versions"
  inside mkdir -p "$versions/99.0.0"
  inside touch "$versions/apply.lock" "$versions/99.0.0/tiexin-desk"
}

# Installs a desk and a server, lets a worker come to the first visit, and removes both: nothing stays.
try_installed() { # base desk-package server-package runner
  local desk entry left
  read -r desk entry <<<"$(desk_at "$2")"
  say "${2##*/} and ${3##*/} on an untouched Debian ($chroot_suite)"
  chroot_start "$1" "$2" "$3"
  install_package "$2"
  install_package "$3"
  as_worker "RUNNER=$4" /srv/first-visit.sh /srv/ledgers /srv/tls "$desk" "$(server_at "$3")" ${entry:+"$entry"}
  chroot_updated "$desk"
  remove_package "$2"
  remove_package "$3"
  # Its package may hold no script: docs/handbook/linux.md tells who removes it.
  case "$2" in */"$desk_id"_*) inside rm -r "/opt/apps/$desk_id" ;; esac
  # dpkg takes an empty /opt along.
  inside mkdir -p /opt
  left="$(inside find /usr /opt /etc -iname '*tiexin*')"
  [ -z "$left" ] || fail "left behind: $left"
  chroot_stop
}

test_installed() { # [folder of packages]
  local folder="${1:-target/packages}" base machine runner debian desk
  need_rust
  need_packages < <(build_packages)
  need_packages < <(linux_packages)
  need_packages < <(chroot_packages)
  base="$(target_dir)/chroot"
  chroot_base "$base"
  for machine in "${linux_machines[@]}"; do
    debian="$(linux_debian "$machine")"
    runner=
    [ "$machine" = "$(uname -m)" ] || runner=/usr/bin/qemu-aarch64-static
    local debs=("$folder"/tiexin-desk_*_"$debian".deb "$folder"/"$desk_id"_*_"$debian".deb)
    for desk in "${debs[@]}"; do
      try_installed "$base/$chroot_suite" "$desk" "$folder"/tiexin-server_*_"$debian".deb "$runner"
    done
    rpm_asks "$folder"/tiexin-desk-*."$machine".rpm
    rpm_asks "$folder"/tiexin-server-*."$machine".rpm
    try_installed "$base/$chroot_suite" "$folder"/tiexin-desk-*."$machine".rpm \
      "$folder"/tiexin-server-*."$machine".rpm "$runner"
    try_installed "$base/$chroot_suite" "$folder"/tiexin-desk-*-linux-"$machine".tar.gz \
      "$folder"/tiexin-server-*-linux-"$machine".tar.gz "$runner"
  done
  say "every Linux package of ${folder}: installed, worked with, removed"
}
