# Linux: folders into packages. Sourced by ./dev after `dev.sh`.

# Every package of one machine.
linux_pack() { # machine release|debug version out
  local machine="$1" version="$3" out programs work debian
  SOURCE_DATE_EPOCH="$(sources_at)"
  export SOURCE_DATE_EPOCH
  mkdir -p "$4"
  out="$(realpath "$4")"
  programs="$(target_dir)/$(linux_target "$machine")/$2"
  debian="$(linux_debian "$machine")"
  work="$(target_dir)/stage-$machine"
  rm -rf "$work"
  mkdir -p "$work"
  umask 022

  say "packing the desk for $machine"
  linux_desk "$machine" "$programs" "$work/desk" /usr /usr/share
  linux_papers "$machine" "$work/desk/usr/share/doc/tiexin-desk"
  install -D -m 755 "$linux_dir/postrm" "$work/desk/DEBIAN/postrm"
  linux_deb "$work/desk" tiexin-desk "tiexin, $desk_id" "$debian" "$version" "$out"
  linux_rpm "$work/desk" tiexin-desk "$machine" "$version" "$out"
  linux_tar "$work/desk/usr" "tiexin-desk-$version-linux-$machine" desk.txt "$out"

  say "packing the desk for $machine, as UOS wants it"
  linux_uos "$machine" "$programs" "$work/uos" "$version"
  linux_deb "$work/uos" "$desk_id" "tiexin, tiexin-desk" "$debian" "$version" "$out"

  say "packing the server for $machine"
  linux_server "$machine" "$programs" "$work/server"
  linux_server_deb "$machine" "$2" "$out"
  linux_rpm "$work/server" tiexin-server "$machine" "$version" "$out"
  mv "$work/server/etc/tiexin/server.env" "$work/server/usr/share/doc/tiexin-server/"
  mv "$work/server/usr/lib/systemd/system/tiexin-server.service" "$work/server/usr/share/doc/tiexin-server/"
  rm -r "$work/server/usr/lib"
  linux_tar "$work/server/usr" "tiexin-server-$version-linux-$machine" server.txt "$out"
  rm -rf "$work"
}

# Everything is as old as its sources.
linux_age() { find "$1" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +; } # folder

linux_deb() { # root name others debian-machine version out
  mkdir -p "$1/DEBIAN"
  (cd "$1" && find . -path ./DEBIAN -prune -o -type f -printf '%P\0' | LC_ALL=C sort -z | xargs -0 md5sum) \
    >"$1/DEBIAN/md5sums"
  cat >"$1/DEBIAN/control" <<TEXT
Package: $2
Version: $5
Architecture: $4
Maintainer: Tiexin <tiexin@localhost>
Installed-Size: $(du -sk --exclude=DEBIAN "$1" | cut -f1)
Depends: libc6 (>= $linux_libc)
Recommends: xdg-utils
Conflicts: $3
Replaces: $3
Section: misc
Priority: optional
Description: 贴心：计生协工作台，没有网络也能用
 特殊家庭联系、走访、会员、活动和报表都记在本机加密的台账里，有网时与省平台互相核对。
 开始菜单里的“贴心”在系统自带的浏览器里打开，别的电脑连不进来。
TEXT
  linux_age "$1"
  # xz: the dpkg of older systems reads no zstd.
  dpkg-deb --root-owner-group -Zxz --build "$1" "$6/${2}_$5_$4.deb" >/dev/null
  rm -r "$1/DEBIAN"
}

# cargo-deb adds what systemd wants at installing and removing. It takes what lies beside the program.
linux_server_deb() { # machine release|debug out
  local profile="$2" built
  [ "$2" = release ] || profile=dev
  built="$(target_dir)/$(linux_target "$1")/$2"
  cp "$(target_dir)/licences-$1.txt" "$built/licences.txt"
  cargo deb --quiet --locked --package tiexin-server --no-build --no-strip --profile "$profile" \
    --target "$(linux_target "$1")" --output "$3/"
}

linux_rpm() { # root name machine version out
  local work
  work="$(mktemp -d)"
  linux_age "$1"
  # Folders of ours go when the package goes.
  (cd "$1" && find . \( -type f -printf '/%P\n' \) -o \( -type d -path '*tiexin*' -printf '%%dir /%P\n' \) |
    LC_ALL=C sort) |
    sed -e 's|^\(/etc/tiexin/.*\)|%attr(640,root,root) %config(noreplace) \1|' >"$work/files"
  rpmbuild -bb --quiet --target "$3-linux" --define "_topdir $work" --define "_rpmdir $5" \
    --define "root $1" --define "version_of_all $4" "$linux_dir/$2.spec" ||
    fail "rpmbuild could not pack $2"
  rm -rf "$work"
}

# A folder that is carried and runs from where it lies.
linux_tar() { # root name text out
  local work
  work="$(mktemp -d)"
  cp -rp "$1" "$work/$2"
  cp "$linux_dir/$3" "$work/$2/说明.txt"
  # A menu entry names a place; this folder has none.
  rm -rf "$work/$2/share/applications"
  linux_age "$work/$2"
  tar -C "$work" --sort=name --owner=0 --group=0 --numeric-owner --format=gnu -cf - "$2" |
    gzip -9n >"$4/$2.tar.gz"
  rm -rf "$work"
}
