//! Where a folder lies: on this machine's own disk, in a folder that another program syncs, or on another machine.

use std::path::{Component, Path};

/// A place where a database comes to harm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Site {
    /// The program that syncs it, as people call it.
    Synced(&'static str),
    Network,
}

/// `None`: a disk of this machine, as far as can be seen. The folder need not be there yet.
pub fn site(folder: &Path) -> Option<Site> {
    // A link may lead there: 文档 is often a folder of OneDrive.
    let real = folder.ancestors().find_map(|there| there.canonicalize().ok());
    let both = || [Some(folder), real.as_deref()].into_iter().flatten();
    both()
        .find_map(synced)
        .or_else(|| both().find_map(by_environment))
        .map(Site::Synced)
        // A link may lead from a share to this machine's own disk.
        .or_else(|| on_network(real.as_deref().unwrap_or(folder)).then_some(Site::Network))
}

/// The program, and how its folder is called unless somebody renames it.
const SYNCED: [(&str, &[&str]); 17] = [
    ("OneDrive", &["OneDrive"]),
    ("坚果云", &["坚果云", "我的坚果云", "Nutstore", "Nutstore Files"]),
    (
        "百度网盘",
        &[
            "百度网盘",
            "百度云",
            "百度云盘",
            "百度网盘同步空间",
            "百度云同步盘",
            "BaiduSyncdisk",
            "BaiduNetdisk",
            "BaiduNetdiskWorkspace",
            "BaiduYun",
        ],
    ),
    (
        "WPS 云盘",
        &[
            "WPS云盘",
            "WPS 云盘",
            "我的WPS云文档",
            "WPS云文档",
            "WPS网盘",
            "WPS Cloud Files",
            "WPSDrive",
            "WPS Drive",
            "金山快盘",
        ],
    ),
    ("腾讯微云", &["微云", "腾讯微云", "微云同步盘", "微云同步助手", "Weiyun", "WeiyunSync", "WeiyunDrive"]),
    ("阿里云盘", &["阿里云盘", "阿里云盘同步", "aDrive", "AliyunDrive"]),
    ("天翼云盘", &["天翼云盘", "天翼云盘同步盘", "eCloud"]),
    ("中国移动云盘", &["移动云盘", "中国移动云盘", "和彩云"]),
    ("360 安全云盘", &["360安全云盘", "360安全云盘同步版", "360云盘"]),
    ("115 网盘", &["115同步", "115同步盘", "115网盘"]),
    ("迅雷云盘", &["迅雷云盘", "迅雷网盘"]),
    ("夸克网盘", &["夸克网盘", "QuarkCloudDrive"]),
    ("Nextcloud", &["Nextcloud"]),
    ("Seafile", &["Seafile", "SeaDrive"]),
    ("iCloud", &["iCloudDrive", "iCloud Drive", "com~apple~CloudDocs"]),
    ("Dropbox", &["Dropbox"]),
    ("Google 云端硬盘", &["Google Drive", "GoogleDrive", "Google 云端硬盘"]),
];

fn synced(path: &Path) -> Option<&'static str> {
    let names = path.components().filter_map(|part| match part {
        Component::Normal(name) => Some(name.to_string_lossy().to_lowercase()),
        _ => None,
    });
    names.into_iter().find_map(|name| {
        let is = |folder: &&str| {
            // Also `OneDrive - 某某镇人民政府`, `Dropbox (个人)`.
            let rest = name.strip_prefix(&folder.to_lowercase());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '(', '（', '-']))
        };
        SYNCED.iter().find(|(_, folders)| folders.iter().any(&is)).map(|(program, _)| *program)
    })
}

/// OneDrive says where its folders are, however they are called.
fn by_environment(path: &Path) -> Option<&'static str> {
    let told =
        ["OneDrive", "OneDriveConsumer", "OneDriveCommercial"].into_iter().filter_map(std::env::var_os);
    let mut folders = told.map(|folder| Path::new(&folder).to_owned());
    folders.any(|folder| folder.is_absolute() && path.starts_with(folder)).then_some("OneDrive")
}

#[cfg(windows)]
fn on_network(path: &Path) -> bool {
    use std::path::Prefix;
    match path.components().next() {
        Some(Component::Prefix(prefix)) => match prefix.kind() {
            Prefix::UNC(..) | Prefix::VerbatimUNC(..) => true,
            Prefix::Disk(letter) | Prefix::VerbatimDisk(letter) => crate::windows::is_remote(letter),
            _ => false,
        },
        _ => false,
    }
}

#[cfg(not(windows))]
fn on_network(path: &Path) -> bool {
    let mounts = std::fs::read_to_string("/proc/self/mounts").unwrap_or_default();
    kind_at(&mounts, path).is_some_and(|kind| of_network(&kind))
}

/// The file system of the last mount that is nearest above the path.
#[cfg(any(test, not(windows)))]
fn kind_at(mounts: &str, path: &Path) -> Option<String> {
    let mut best: Option<(usize, &str)> = None;
    for line in mounts.lines() {
        let mut words = line.split(' ').skip(1);
        let (Some(at), Some(kind)) = (words.next(), words.next()) else { continue };
        let at = unescaped(at);
        let depth = Path::new(&at).components().count();
        if path.starts_with(&at) && best.is_none_or(|(deepest, _)| depth >= deepest) {
            best = Some((depth, kind));
        }
    }
    best.map(|(_, kind)| kind.to_owned())
}

/// Whether a file system of `/proc/self/mounts` is another machine's.
pub fn of_network(kind: &str) -> bool {
    const KINDS: [&str; 10] =
        ["nfs", "nfs4", "cifs", "smb3", "smbfs", "davfs", "afs", "ncpfs", "ceph", "glusterfs"];
    const FUSED: [&str; 9] =
        ["sshfs", "gvfsd-fuse", "davfs", "davfs2", "rclone", "smbnetfs", "curlftpfs", "glusterfs", "s3fs"];
    KINDS.contains(&kind) || kind.strip_prefix("fuse.").is_some_and(|fused| FUSED.contains(&fused))
}

/// A path of `/proc/self/mounts`: blanks and the like stand as `\040`, bytes in octal.
pub fn unescaped(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let octal = (first == b'\\').then(|| after.get(..3)).flatten();
        let byte = octal.and_then(|o| u8::from_str_radix(std::str::from_utf8(o).ok()?, 8).ok());
        bytes.push(byte.unwrap_or(first));
        rest = if byte.is_some() { &after[3..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_that_are_synced_are_told() {
        for (path, program) in [
            ("/home/wang/OneDrive/贴心", Some("OneDrive")),
            ("/home/wang/OneDrive - 谷阳镇人民政府/文档/贴心", Some("OneDrive")),
            ("/data/我的坚果云/book", Some("坚果云")),
            ("/data/Nutstore Files/我的坚果云/book", Some("坚果云")),
            ("/d/BaiduSyncdisk", Some("百度网盘")),
            ("/d/WPS Cloud Files/1234/贴心", Some("WPS 云盘")),
            ("/d/我的WPS云文档/贴心", Some("WPS 云盘")),
            ("/d/360安全云盘同步版/贴心", Some("360 安全云盘")),
            ("/d/115同步/贴心", Some("115 网盘")),
            ("/d/迅雷云盘/贴心", Some("迅雷云盘")),
            ("/d/夸克网盘/贴心", Some("夸克网盘")),
            ("/home/wang/Nextcloud/贴心", Some("Nextcloud")),
            ("/home/wang/Seafile/私人资料库/贴心", Some("Seafile")),
            ("/d/腾讯微云/贴心", Some("腾讯微云")),
            ("/d/阿里云盘/贴心", Some("阿里云盘")),
            ("/c/Users/wang/iCloudDrive/贴心", Some("iCloud")),
            ("/c/Users/wang/dropbox (个人)/贴心", Some("Dropbox")),
            ("/c/Users/wang/AppData/Local/cn.tiexin", None),
            ("/d/微云台账", None),
            ("/d/OneDrives", None),
            ("/d/115户台账", None),
            ("/d/贴心", None),
        ] {
            assert_eq!(synced(Path::new(path)), program, "{path}");
        }
    }

    #[test]
    fn a_folder_of_a_share_is_told_from_the_disk() {
        let mounts = "/dev/sda2 / ext4 rw 0 0\n\
            proc /proc proc rw 0 0\n\
            //server/公共 /mnt/办公室\\040共享 cifs rw 0 0\n\
            server:/home /home nfs4 rw 0 0\n\
            /dev/sda3 /home/wang/本机 ext4 rw 0 0\n\
            wang@pc: /home/wang/远程 fuse.sshfs rw 0 0\n\
            broken";
        for (path, network) in [
            ("/data/贴心", false),
            ("/mnt/办公室 共享/贴心", true),
            ("/mnt/办公室", false),
            ("/home/wang/贴心", true),
            ("/home/wang/本机/贴心", false),
            ("/home/wang/远程/贴心", true),
            ("/homes", false),
        ] {
            let kind = kind_at(mounts, Path::new(path)).unwrap();
            assert_eq!(of_network(&kind), network, "{path}: {kind}");
        }
        for kind in ["smb3", "nfs", "davfs", "fuse.davfs2", "fuse.gvfsd-fuse"] {
            assert!(of_network(kind), "{kind}");
        }
        for kind in ["ext4", "xfs", "vfat", "overlay", "tmpfs", "fuseblk", "9p"] {
            assert!(!of_network(kind), "{kind}");
        }
    }

    /// Also by a link, and before the folder is there.
    #[cfg(unix)]
    #[test]
    fn a_link_into_a_synced_folder_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        let cloud = folder.path().join("坚果云");
        std::fs::create_dir(&cloud).unwrap();
        let link = folder.path().join("文档");
        std::os::unix::fs::symlink(&cloud, &link).unwrap();
        assert_eq!(site(&link.join("贴心")), Some(Site::Synced("坚果云")));
        assert_eq!(site(&cloud.join("贴心/还没有")), Some(Site::Synced("坚果云")));
        assert_eq!(site(&folder.path().join("贴心")), None);
    }

    #[cfg(windows)]
    #[test]
    fn a_share_is_a_network_place() {
        assert_eq!(site(Path::new(r"\\server\share\贴心")), Some(Site::Network));
        assert_eq!(site(Path::new(r"\\?\UNC\server\share\贴心")), Some(Site::Network));
        assert_eq!(site(&std::env::temp_dir()), None);
    }
}
