//! Packages that lie ready, come on a stick or from the province.

use std::fs;
use std::path::Path;

use tiexin_protocol::release::{Books, PIECE_BYTES, Release, ReleaseFault};
use tiexin_protocol::statement::Signed;
use tiexin_sync::release::{Trusted, read_head};

use super::{Computer, GOOD, fault, place, version};
use crate::update::{Fetching, Source, Trouble, apply, is_newer, newer_on, ready, take};

#[test]
fn a_taken_package_lies_ready_and_goes_when_it_is_in_place() {
    let computer = Computer::new();
    let (book, install, trusted) = (computer.book(), &computer.install, &computer.trusted);
    assert_eq!(ready(&book, install, trusted), None);
    take(&computer.package("1.2.0", GOOD), &book, install, trusted).unwrap();
    assert_eq!(ready(&book, install, trusted).unwrap().version, version("1.2.0"));
    let part = book.join("update/part");
    let whole = fs::read(&part).unwrap();
    let mut altered = whole.clone();
    altered[5] ^= 1;
    fs::write(&part, &altered).unwrap();
    let source = Source::Ready;
    let done = apply(&place(&computer), &source, &mut |_| Ok(()));
    assert_eq!(fault(done), ReleaseFault::Damaged);
    fs::write(&part, &whole).unwrap();
    apply(&place(&computer), &source, &mut |_| Ok(())).unwrap();
    assert_eq!(computer.starts(), Some(version("1.2.0")));
    assert!(!book.join("update").exists());
    assert!(matches!(apply(&place(&computer), &source, &mut |_| Ok(())), Err(Trouble::NothingReady)));
}

#[test]
fn the_newest_on_a_stick_is_found() {
    let computer = Computer::new();
    let (book, install, trusted) = (computer.book(), &computer.install, &computer.trusted);
    let stick = tempfile::tempdir().unwrap();
    assert!(newer_on(stick.path(), &book, install, trusted).unwrap().is_none());
    let folder = stick.path().join("贴心更新");
    fs::create_dir(&folder).unwrap();
    for name in ["1.2.0", "1.10.0", "0.0.1"] {
        fs::rename(computer.package(name, GOOD), folder.join(format!("{name}.TXU"))).unwrap();
    }
    let found = newer_on(stick.path(), &book, install, trusted).unwrap().unwrap();
    assert!(found.ends_with("1.10.0.TXU"), "{found:?}");
    // What came along is not taken over what is as new, or newer, and lies ready.
    let along = || newer_on(stick.path(), &book, install, trusted).unwrap();
    take(&computer.package("1.9.0", GOOD), &book, install, trusted).unwrap();
    assert_eq!(along().as_ref(), Some(&found));
    for version in ["1.10.0", "1.11.0"] {
        take(&computer.package(version, GOOD), &book, install, trusted).unwrap();
        assert_eq!(along(), None, "{version}");
    }
    let strangers = Trusted::listed(&"00".repeat(32));
    let told = newer_on(stick.path(), &book, install, &strangers);
    assert!(matches!(told, Err(Trouble::Fault(ReleaseFault::Foreign))));
}

/// Else a desk that cannot follow is told that it has the newest.
#[test]
fn what_is_newer_and_cannot_be_put_in_place_is_told() {
    let computer = Computer::new();
    let of = |name: &str, newest: i64| {
        let files = [("tiexin-desk", GOOD.as_bytes())];
        let bytes = fs::read(computer.package_with(name, &files, Books { oldest: 1, newest })).unwrap();
        read_head(&mut bytes.as_slice(), &computer.trusted).unwrap().release
    };
    let newer = |release: &Release| is_newer(release, &computer.install, &computer.book());
    assert_eq!((newer(&of("1.2.0", 99)), newer(&of("0.0.1", 99))), (Ok(true), Ok(false)));
    assert_eq!(newer(&of("1.2.0", 2)), Err(ReleaseFault::BookNewer));
    let mut elsewhere = of("1.2.0", 99);
    elsewhere.platforms[0].platform = "plan9-mips".into();
    assert!(matches!(newer(&elsewhere), Err(ReleaseFault::OtherPlatform(_))));
}

fn signed(file: &Path, trusted: &Trusted) -> (Signed, Vec<u8>) {
    let bytes = fs::read(file).unwrap();
    let opened = read_head(&mut bytes.as_slice(), trusted).unwrap();
    (opened.signed, bytes[usize::try_from(opened.parts_at).unwrap()..].to_vec())
}

#[test]
fn fetching_goes_on_where_it_stopped_and_believes_nothing() {
    let computer = Computer::new();
    let (book, install, trusted) = (computer.book(), &computer.install, &computer.trusted);
    // Noise, so that it takes several pieces.
    let mut noise = vec![0; 5 * PIECE_BYTES / 2];
    let mut state = 1u64;
    for byte in &mut noise {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        *byte = state.to_be_bytes()[0];
    }
    let files = [("tiexin-desk", GOOD.as_bytes()), ("noise", noise.as_slice())];
    let file = computer.package_with("1.2.0", &files, Books { oldest: 1, newest: 99 });
    let (offered, part) = signed(&file, trusted);
    let pieces: Vec<&[u8]> = part.chunks(PIECE_BYTES).collect();
    let begin = || Fetching::begin(offered.clone(), &book, install, trusted).unwrap();
    let mut fetching = begin();
    assert_eq!((fetching.have, fetching.pieces()), (0, 3));
    fetching.add(pieces[0]).unwrap();
    assert!(matches!(fetching.add(&pieces[1][1..]), Err(Trouble::Fault(ReleaseFault::Damaged))));
    drop(fetching);
    // A power cut in the middle of a piece.
    let coming = book.join("update/part.coming");
    let half = [fs::read(&coming).unwrap(), vec![7; 1000]].concat();
    fs::write(&coming, half).unwrap();
    let mut fetching = begin();
    assert_eq!(fetching.have, 1);
    fetching.add(pieces[1]).unwrap();
    let mut altered = pieces[2].to_vec();
    altered[9] ^= 1;
    fetching.add(&altered).unwrap();
    assert!(matches!(fetching.end(), Err(Trouble::Fault(ReleaseFault::Damaged))));
    assert_eq!(ready(&book, install, trusted), None);
    let mut fetching = begin();
    assert_eq!(fetching.have, 0, "what differs is fetched anew");
    for piece in &pieces {
        fetching.add(piece).unwrap();
    }
    fetching.end().unwrap();
    assert_eq!(ready(&book, install, trusted).unwrap().version, version("1.2.0"));
    // The province has something else by now: what was half here is of no use.
    let next = computer.package_with("1.3.0", &files, Books { oldest: 1, newest: 99 });
    let (offered, _) = signed(&next, trusted);
    assert_eq!(Fetching::begin(offered, &book, install, trusted).unwrap().have, 0);
}
