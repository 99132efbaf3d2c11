//! What is packed comes back; what was touched anywhere does not.

use std::collections::BTreeMap;
use std::io::{self, Cursor, Read};

use tiexin_protocol::release::{Books, ProgramFile, Release, ReleaseFault};

use super::*;

#[derive(Default)]
struct InMemory(BTreeMap<String, Vec<u8>>);

impl Sink for InMemory {
    type File = Vec<u8>;
    fn begin(&mut self, _: &ProgramFile) -> io::Result<Vec<u8>> {
        Ok(Vec::new())
    }
    fn end(&mut self, file: &ProgramFile, written: Vec<u8>) -> io::Result<()> {
        self.0.insert(file.path.clone(), written);
        Ok(())
    }
}

fn signer(n: u8) -> Signer {
    Signer::of(&[n; 32]).unwrap().0
}

fn trusted(signers: &[&Signer]) -> Trusted {
    Trusted::listed(&signers.iter().map(|s| s.public() + " # who\n").collect::<String>())
}

/// A package of two platforms.
fn package(by: &Signer) -> Vec<u8> {
    let mut parts = Vec::new();
    let mut bytes = Vec::new();
    for platform in ["windows-x86_64", "linux-x86_64"] {
        let mut packer = Packer::begin(Vec::new(), 3).unwrap();
        let program = format!("program of {platform}").repeat(9_000);
        packer.file("tiexin-desk", true, &mut program.as_bytes()).unwrap();
        packer.file("ui/index.html", false, &mut "界面".as_bytes()).unwrap();
        packer.file("ui/empty", false, &mut io::empty()).unwrap();
        let (part, packed) = packer.end(platform).unwrap();
        parts.push(part);
        bytes.extend(packed);
    }
    let release = Release {
        version: "1.2.0".parse().unwrap(),
        made: "2026-11-30".into(),
        notes: "查找更快".into(),
        book: Books { oldest: 1, newest: 9 },
        platforms: parts,
    };
    [head(&release, by).unwrap(), bytes].concat()
}

fn taken(package: &[u8], trusted: &Trusted) -> Result<BTreeMap<String, Vec<u8>>, ReleaseError> {
    let mut from = Cursor::new(package);
    let opened = read_head(&mut from, trusted)?;
    let (at, part) = opened.release.part("linux-x86_64")?;
    from.set_position(opened.parts_at + at);
    let mut files = InMemory::default();
    unpack(part, &mut from, &mut files)?;
    from.set_position(opened.parts_at + at);
    let mut copy = Vec::new();
    compare(part, &mut from, &mut copy)?;
    assert_eq!(copy.len() as u64, part.bytes);
    Ok(files.0)
}

fn fault(done: Result<BTreeMap<String, Vec<u8>>, ReleaseError>) -> ReleaseFault {
    match done {
        Err(ReleaseError::Fault(fault)) => fault,
        other => panic!("{other:?}"),
    }
}

#[test]
fn it_comes_back_as_it_was_and_the_same_twice() {
    let by = signer(1);
    let files = taken(&package(&by), &trusted(&[&signer(2), &by])).unwrap();
    assert_eq!(files["tiexin-desk"], "program of linux-x86_64".repeat(9_000).into_bytes());
    assert_eq!((files["ui/index.html"].as_slice(), files["ui/empty"].len()), ("界面".as_bytes(), 0));
    assert_eq!(package(&by), package(&by));
}

#[test]
fn only_a_trusted_signature_counts() {
    let package = package(&signer(1));
    assert_eq!(fault(taken(&package, &trusted(&[&signer(2)]))), ReleaseFault::Foreign);
    assert_eq!(fault(taken(&package, &Trusted::listed("# nobody yet\n"))), ReleaseFault::NoKeys);
    assert_eq!(fault(taken(&package, &Trusted::listed("no key at all"))), ReleaseFault::Foreign);
    // A province signs other statements with keys like these.
    let province = crate::Keys::of_desk(&[1; 32]).unwrap();
    let other = crate::state(
        &province,
        &tiexin_protocol::statement::Lease { device: uuid::Uuid::nil(), told: 1, until: 2 },
    );
    assert_eq!(open(&other.unwrap(), &trusted(&[&signer(1)])), Err(ReleaseFault::Foreign));
}

/// Every byte of the head and of the own part, one after the other.
#[test]
fn a_changed_byte_anywhere_is_found() {
    let by = signer(1);
    let (package, trusted) = (package(&by), trusted(&[&by]));
    let opened = read_head(&mut package.as_slice(), &trusted).unwrap();
    let own = opened.parts_at + opened.release.part("linux-x86_64").unwrap().0;
    let others = opened.parts_at..own;
    for at in (0..package.len() as u64).filter(|at| !others.contains(at)) {
        let mut altered = package.clone();
        altered[usize::try_from(at).unwrap()] ^= 0x41;
        assert!(taken(&altered, &trusted).is_err(), "byte {at}");
    }
}

#[test]
fn a_package_that_was_cut_off_is_refused_wherever_it_ends() {
    let by = signer(1);
    let (package, trusted) = (package(&by), trusted(&[&by]));
    for length in 0..package.len() {
        let fault = fault(taken(&package[..length], &trusted));
        assert!(matches!(fault, ReleaseFault::NotRelease | ReleaseFault::Damaged), "{length}: {fault:?}");
    }
}

#[test]
fn a_bomb_writes_no_more_than_it_said() {
    let mut packer = Packer::begin(Vec::new(), 3).unwrap();
    packer.file("tiexin-desk", true, &mut io::repeat(0).take(64 << 20)).unwrap();
    let (mut part, packed) = packer.end("linux-x86_64").unwrap();
    assert!(packed.len() < 100_000);
    part.files[0].bytes = 1000;
    let mut files = InMemory::default();
    assert!(unpack(&part, packed.as_slice(), &mut files).is_err());
    assert!(files.0.is_empty());
}

/// A stream behind the stream, which the file on the stick may have and the signature does not.
#[test]
fn what_stands_behind_the_files_is_refused() {
    let mut packer = Packer::begin(Vec::new(), 3).unwrap();
    packer.file("tiexin-desk", true, &mut b"program".as_slice()).unwrap();
    let (mut part, mut packed) = packer.end("linux-x86_64").unwrap();
    packed.extend(zstd::encode_all(b"more".as_slice(), 3).unwrap());
    part.bytes = packed.len() as u64;
    part.hash = blake3::hash(&packed).to_hex().to_string();
    let mut files = InMemory::default();
    let done = unpack(&part, packed.as_slice(), &mut files);
    assert!(matches!(done, Err(ReleaseError::Fault(ReleaseFault::Damaged))), "{done:?}");
}

struct Pulled;

impl Read for Pulled {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::other("the stick is gone"))
    }
}

#[test]
fn a_stick_that_was_pulled_is_not_a_forgery() {
    let by = signer(1);
    let package = package(&by);
    let opened = read_head(&mut package.as_slice(), &trusted(&[&by])).unwrap();
    let (at, part) = opened.release.part("linux-x86_64").unwrap();
    let begin = usize::try_from(opened.parts_at + at).unwrap();
    let mut files = InMemory::default();
    let done = unpack(part, package[begin..begin + 40].chain(Pulled), &mut files);
    assert!(matches!(done, Err(ReleaseError::Io(_))), "{done:?}");
}

#[test]
fn a_private_key_is_read_from_its_file_and_never_shown() {
    let (signer, text) = Signer::of(&[7; 32]).unwrap();
    assert_eq!(Signer::read(&text).unwrap().public(), signer.public());
    assert!(!format!("{signer:?}").contains(&hex::encode([7; 32])));
    assert!(Signer::read("TIEXIN-RELEASE-KEY-1 07").is_err() && Signer::read("").is_err());
}

/// Peak memory does not grow with the package: what a sink was given is never held here.
#[test]
fn a_large_part_is_read_in_small_bites() {
    struct Counted(usize);
    impl Sink for Counted {
        type File = io::Sink;
        fn begin(&mut self, _: &ProgramFile) -> io::Result<io::Sink> {
            Ok(io::sink())
        }
        fn end(&mut self, _: &ProgramFile, _: io::Sink) -> io::Result<()> {
            self.0 += 1;
            Ok(())
        }
    }
    struct Bites<R>(R, usize);
    impl<R: Read> Read for Bites<R> {
        fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
            self.1 = self.1.max(to.len());
            self.0.read(to)
        }
    }
    let noise = blake3::Hasher::new().finalize_xof();
    let mut packer = Packer::begin(Vec::new(), 1).unwrap();
    packer.file("tiexin-desk", true, &mut noise.take(40 << 20)).unwrap();
    let (part, packed) = packer.end("linux-x86_64").unwrap();
    assert!(packed.len() > 39 << 20);
    let (mut counted, mut bites) = (Counted(0), Bites(packed.as_slice(), 0));
    unpack(&part, &mut bites, &mut counted).unwrap();
    assert_eq!(counted.0, 1);
    assert!(bites.1 <= 256 * 1024, "{}", bites.1);
}
