//! New versions of the program: added by the office, fetched by desks, piece by piece.

use std::io::Read;
use std::path::{Path, PathBuf};

use reqwest::StatusCode;
use tiexin_protocol::release::{Books, PIECE_BYTES, Release};
use tiexin_protocol::wire::ReleaseReply;
use tiexin_seal::release::{Packer, Signer, Trusted, head, open};
use tiexin_server::{Error, Province};

use crate::doors::Line;
use crate::on_both_stores;
use crate::place::{Place, TOWN, worker};

on_both_stores!(
    a_desk_fetches_the_newest_and_only_its_own_part,
    what_nobody_who_counts_has_signed_is_not_given_out,
    what_is_withdrawn_is_given_out_no_more,
    the_office_sees_what_it_did,
);

pub(crate) fn signer(n: u8) -> Signer {
    Signer::of(&[n; 32]).unwrap().0
}

pub(crate) fn trusted() -> Trusted {
    Trusted::listed(&signer(1).public())
}

/// A package of two platforms; the part of the second takes three pieces.
pub(crate) fn package(folder: &Path, version: &str, by: &Signer) -> (PathBuf, Vec<u8>) {
    let mut noise = Vec::new();
    blake3::Hasher::new()
        .update(version.as_bytes())
        .finalize_xof()
        .take(5 << 19)
        .read_to_end(&mut noise)
        .unwrap();
    let (mut parts, mut packed) = (Vec::new(), Vec::new());
    for (platform, bytes) in [("windows-x86_64", b"windows".as_slice()), ("linux-x86_64", noise.as_slice())] {
        let mut packer = Packer::begin(Vec::new(), 1).unwrap();
        packer.file("tiexin-desk", true, &mut &bytes[..]).unwrap();
        let (part, bytes) = packer.end(platform).unwrap();
        parts.push(part);
        packed.push(bytes);
    }
    let release = Release {
        version: version.parse().unwrap(),
        made: "2026-11-30".into(),
        notes: "查找更快".into(),
        book: Books { oldest: 1, newest: 9 },
        platforms: parts,
    };
    let path = folder.join(format!("{version}.txu"));
    std::fs::write(&path, [head(&release, by).unwrap(), packed.concat()].concat()).unwrap();
    (path, packed.remove(1))
}

async fn newest(line: &Line) -> Option<String> {
    let reply: ReleaseReply = line.get("/v1/release").send().await.unwrap().json().await.unwrap();
    reply.newest.map(|signed| open(&signed, &trusted()).unwrap().version.to_string())
}

async fn why(province: &Province, file: &Path) -> String {
    match province.add_release(file, &trusted()).await {
        Err(Error::Config(why)) => why,
        other => panic!("{other:?}"),
    }
}

async fn a_desk_fetches_the_newest_and_only_its_own_part(place: Place) {
    let (server, folder) = (place.server(None).await, tempfile::tempdir().unwrap());
    let province = place.province().await;
    let desk = worker(&province, "wang", TOWN).await;
    let line = Line::of(&server, &desk).await;
    assert_eq!(newest(&line).await, None);
    let (file, part) = package(folder.path(), "1.10.0", &signer(1));
    let added = province.add_release(&file, &trusted()).await.unwrap();
    assert_eq!(added.platforms, ["windows-x86_64", "linux-x86_64"]);
    // By number, not by letters, and not by when it came.
    province.add_release(&package(folder.path(), "1.9.0", &signer(1)).0, &trusted()).await.unwrap();
    assert_eq!(newest(&line).await.as_deref(), Some("1.10.0"));
    let mut came = Vec::new();
    for piece in 0.. {
        let path = format!("/v1/release/1.10.0/linux-x86_64/{piece}");
        let response = line.get(&path).send().await.unwrap();
        if response.status() == StatusCode::NOT_FOUND {
            break;
        }
        let bytes = response.bytes().await.unwrap();
        assert!(bytes.len() <= PIECE_BYTES);
        came.extend_from_slice(&bytes);
    }
    assert!(came == part, "{} of {}", came.len(), part.len());
    for path in [
        "/v1/release/1.10.0/plan9-mips/0",
        "/v1/release/1.8.0/linux-x86_64/0",
        "/v1/release/1.10.0/linux-x86_64/-1",
    ] {
        assert_eq!(line.get(path).send().await.unwrap().status(), StatusCode::NOT_FOUND, "{path}");
    }
    // For desks of the province only.
    let stranger = Line::to(&server);
    for path in ["/v1/release", "/v1/release/1.10.0/linux-x86_64/0"] {
        assert_eq!(stranger.get(path).send().await.unwrap().status(), StatusCode::UNAUTHORIZED, "{path}");
    }
    // Not for one that is shut out, though its token still counts.
    province.revoke_device(desk.device).await.unwrap();
    for path in ["/v1/release", "/v1/release/1.10.0/linux-x86_64/0"] {
        assert_eq!(line.get(path).send().await.unwrap().status(), StatusCode::FORBIDDEN, "{path}");
    }
}

async fn what_nobody_who_counts_has_signed_is_not_given_out(place: Place) {
    let (province, folder) = (place.province().await, tempfile::tempdir().unwrap());
    let (foreign, _) = package(folder.path(), "1.2.0", &signer(2));
    assert!(why(&province, &foreign).await.contains("不是由可信的发布者签名"));
    let (file, _) = package(folder.path(), "1.2.0", &signer(1));
    let whole = std::fs::read(&file).unwrap();
    // The last byte belongs to a platform that this machine may not have.
    let mut altered = whole.clone();
    *altered.last_mut().unwrap() ^= 1;
    for bytes in
        [altered, whole[..whole.len() - 1].to_vec(), [whole.as_slice(), b"more"].concat(), Vec::new()]
    {
        std::fs::write(&file, bytes).unwrap();
        let why = why(&province, &file).await;
        assert!(why.contains("没有发布") || why.contains("不是贴心的更新包"), "{why}");
    }
    assert!(province.releases().await.unwrap().is_empty());
    assert_eq!(province.newest_release().await.unwrap(), ReleaseReply::default());
}

async fn what_is_withdrawn_is_given_out_no_more(place: Place) {
    let (province, folder) = (place.province().await, tempfile::tempdir().unwrap());
    for version in ["1.2.0", "1.3.0"] {
        province.add_release(&package(folder.path(), version, &signer(1)).0, &trusted()).await.unwrap();
    }
    let again = package(folder.path(), "1.3.0", &signer(1)).0;
    assert!(why(&province, &again).await.contains("已经在发布"));
    province.withdraw_release("1.3.0".parse().unwrap()).await.unwrap();
    assert!(province.withdraw_release("1.3.0".parse().unwrap()).await.is_err());
    assert!(province.release_piece("1.3.0", "linux-x86_64", 0).await.is_err());
    let newest = province.newest_release().await.unwrap().newest.unwrap();
    assert_eq!(open(&newest, &trusted()).unwrap().version.to_string(), "1.2.0");
    let all = province.releases().await.unwrap();
    assert!(all[0].withdrawn_at.is_some() && all[1].withdrawn_at.is_none());
    // A mended one under the same number, say.
    province.add_release(&again, &trusted()).await.unwrap();
    assert!(province.release_piece("1.3.0", "linux-x86_64", 0).await.is_ok());
}

async fn the_office_sees_what_it_did(place: Place) {
    let (province, folder) = (place.province().await, tempfile::tempdir().unwrap());
    province.add_release(&package(folder.path(), "1.2.0", &signer(1)).0, &trusted()).await.unwrap();
    province.withdraw_release("1.2.0".parse().unwrap()).await.unwrap();
    assert!(province.verify().await.unwrap().broken.is_empty());
    assert_eq!(place.acts("release%").await, ["release_added", "release_withdrawn"]);
}
