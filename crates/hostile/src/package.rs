//! Carried packages: the parts, and what stands inside them once they are opened.

use std::str::FromStr;

use age::x25519::Recipient;
use tiexin_protocol::package::{Address, FORMAT, Gathered, Header, Part, SIGNED, Way, gather, split};
use tiexin_seal::{Keys, verify};
use uuid::Uuid;

use crate::desk::with_book;
use crate::framed::{flags, on_the_wire};
use crate::province::{DESK_SEED, DEVICE, INCARNATION, NOW, province_keys, with_province};

fn desk_keys() -> Keys {
    // Invariant: keys can be made of any 32 bytes.
    Keys::of_desk(&DESK_SEED).expect("keys")
}

/// A sealed body around bytes that no sender would write: JSON in zstd with what follows it, or anything.
fn sealed(flags: u8, rest: &[u8], to: &Keys) -> Option<Vec<u8>> {
    let plain = if flags & 1 == 1 {
        rest.to_vec()
    } else {
        // What lies behind the JSON begins at the first line break, so that a mutation can reach it.
        let at = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
        let packed = on_the_wire(false, &rest[..at]);
        let behind = rest.get(at + 1..).unwrap_or_default();
        [&(packed.len() as u64).to_be_bytes()[..], &packed, behind].concat()
    };
    let to = Recipient::from_str(&to.public().seal).ok()?;
    age::encrypt(&to, &plain).ok()
}

fn address(way: Way, number: u64) -> Address {
    Address {
        package: Uuid::from_u128(0xaa),
        way,
        device: DEVICE,
        incarnation: INCARNATION,
        province: province_keys().public().sign,
        number,
        answers: None,
    }
}

/// A desk's package at the province: signed and sealed as it should be, whatever it says.
pub(crate) fn carried_in(input: &[u8]) {
    let Some((flags, rest)) = flags(input) else { return };
    let Some(sealed) = sealed(flags, rest, &province_keys()) else { return };
    let most = if flags & 2 == 2 { 300 } else { 1 << 20 };
    let keys = desk_keys();
    let Ok(parts) = split(&address(Way::Push, 1), &sealed, most, |bytes| keys.sign(bytes)) else { return };
    with_province(async |province| {
        for part in &parts {
            // Refused or taken; the book stays sound either way.
            let _ = province.take_part(part.bytes().to_vec()).await;
        }
    });
}

/// The province's reply at the desk.
pub(crate) fn carried_back(input: &[u8]) {
    let Some((flags, rest)) = flags(input) else { return };
    with_book(|book| {
        let device = book.device().expect("a device");
        let own = Keys::of_desk(&device.key_seed).expect("keys");
        let Some(sealed) = sealed(flags, rest, &own) else { return };
        let address = Address {
            answers: Some(Uuid::from_u128(0xab)),
            device: device.id.unwrap_or_default(),
            incarnation: device.incarnation,
            ..address(Way::Reply, 1)
        };
        let keys = province_keys();
        let Ok(parts) = split(&address, &sealed, 1 << 20, |bytes| keys.sign(bytes)) else { return };
        let Ok(mut packages) = gather(parts) else { return };
        let _ = tiexin_sync::take_in(book, &packages.remove(0), NOW);
    });
}

const MAGIC: &[u8] = b"TIEXIN-PACKAGE\r\n";

/// One part as a file: any bytes, or a header of one's own with the right hash and signature.
pub(crate) fn part(input: &[u8]) {
    let Some((flags, rest)) = flags(input) else { return };
    let keys = desk_keys();
    let bytes = if flags & 1 == 1 {
        rest.to_vec()
    } else {
        let at = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
        let (mut head, payload) = (rest[..at].to_vec(), rest.get(at + 1..).unwrap_or_default());
        if flags & 2 == 0
            && let Ok(mut header) = serde_json::from_slice::<Header>(&head)
        {
            header.format = FORMAT;
            header.part_hash = blake3::hash(payload).to_hex().to_string();
            head = serde_json::to_vec(&header).unwrap_or_default();
        }
        let signature = keys.sign(&[SIGNED, &head].concat());
        [MAGIC, &(head.len() as u32).to_be_bytes(), &head, &signature, payload].concat()
    };
    let Ok(part) = Part::read(bytes.clone()) else { return };
    assert_eq!(part.bytes(), bytes);
    let _ = verify(&part, &keys.public().sign);
    assert!(part.header.file_name().ends_with(".txp"));
    let mut gathered = Gathered::begin(part.clone());
    gathered.add(part.clone()).expect("the same part twice is fine");
    let missing = gathered.missing();
    assert_eq!(missing.len() as u64 + 1, u64::from(part.header.parts));
    if let Ok(whole) = gathered.whole() {
        let _ = tiexin_seal::open::<serde_json::Value>(&keys, &whole);
    }
    assert_eq!(gather(vec![part.clone(), part]).map(|all| all.len()), Ok(1));
}
