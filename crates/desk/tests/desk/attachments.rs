//! Photos and scans: added, listed, opened, masked, handed out, hidden.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use serde_json::json;
use tiexin_contract::ErrorCode;
use tiexin_contract::attachment::{
    AddAttachment, AttachmentState, ExportAttachment, ListAttachments, OpenAttachment,
};
use tiexin_contract::book::{AuditTrail, AuditWish, Verify};
use tiexin_contract::family::GetFamily;
use tiexin_contract::import::FileGiven;
use tiexin_contract::records::{SaveRecord, VoidRecord};
use tiexin_contract::session::{AddLocalUser, SignIn};
use uuid::Uuid;

use crate::office::{Office, PASSWORD, VILLAGE, day, fields};

fn photo(width: u32, height: u32) -> Vec<u8> {
    let picture = RgbImage::from_fn(width, height, |x, y| Rgb([x as u8, y as u8, 90]));
    let mut bytes = std::io::Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(picture).write_to(&mut bytes, ImageFormat::Jpeg).unwrap();
    bytes.into_inner()
}

fn given(bytes: &[u8]) -> FileGiven {
    FileGiven { name: "IMG_0001.JPG".into(), path: None, base64: Some(STANDARD.encode(bytes)) }
}

fn of(owner: Uuid, bytes: &[u8]) -> AddAttachment {
    AddAttachment { owner, file: given(bytes), what: None, taken_at: None, note: None }
}

async fn household(office: &Office) -> Uuid {
    let fields = fields(json!({"region": VILLAGE, "head_name": "张三", "kinds": ["general"]}));
    office.ok(SaveRecord { kind: "household".into(), id: None, version: None, fields }).await.id
}

fn open(id: Uuid, small: bool) -> OpenAttachment {
    OpenAttachment { id, small, reveal: false }
}

#[tokio::test]
async fn a_photo_is_added_made_small_listed_and_opened() {
    let office = Office::township(day(2026, 10, 20)).await;
    let home = household(&office).await;
    let row =
        office.ok(AddAttachment { taken_at: Some("10.5".into()), ..of(home, &photo(3000, 1500)) }).await;
    assert_eq!((row.what_label.as_str(), row.width, row.height), ("家访照片", Some(2048), Some(1024)));
    assert_eq!((row.taken_at.as_deref(), row.state), (Some("2026-10-05"), AttachmentState::Local));
    assert!(row.has_thumb && row.thumb_here && !row.masked);
    assert_eq!(office.ok(ListAttachments { owner: home }).await, std::slice::from_ref(&row));
    let small = STANDARD.decode(office.ok(open(row.id, true)).await.base64.unwrap()).unwrap();
    let whole = STANDARD.decode(office.ok(open(row.id, false)).await.base64.unwrap()).unwrap();
    assert_eq!(image::load_from_memory(&small).unwrap().width(), 320);
    assert_eq!((image::load_from_memory(&whole).unwrap().width(), whole.len() as u64), (2048, row.bytes));
    assert!(office.ok(Verify {}).await.sound);
    office.ok(VoidRecord { id: row.id, reason: "重复".into() }).await;
    assert!(office.ok(ListAttachments { owner: home }).await.is_empty());
}

/// It would be seen by nobody.
#[tokio::test]
async fn no_photo_is_added_to_what_a_void_family_has() {
    let office = Office::township(day(2026, 10, 20)).await;
    let home = office.family("贾文广", |_| {}).await;
    let person = office.ok(GetFamily { household: home }).await.persons[0].id;
    office.ok(VoidRecord { id: home, reason: "迁往外省".into() }).await;
    let refused = office.refused(of(person, &photo(60, 40))).await;
    assert!(refused.about("household").is_some_and(|said| said.contains("先恢复")), "{refused:?}");
}

#[tokio::test]
async fn a_card_is_shown_only_on_purpose_and_the_audit_knows() {
    let office = Office::of("340323", day(2026, 10, 20)).await;
    let home = household(&office).await;
    let card = office.ok(AddAttachment { what: Some("id_scan".into()), ..of(home, &photo(600, 400)) }).await;
    assert!(card.masked);
    for small in [true, false] {
        assert_eq!(office.ok(open(card.id, small)).await.base64, None);
    }
    assert!(office.ok(OpenAttachment { reveal: true, ..open(card.id, false) }).await.base64.is_some());
    let audit = office.ok(AuditTrail { before: None, limit: 1, only: AuditWish::default() }).await;
    assert_eq!(audit[0].record, Some(card.id));
    let away = tempfile::tempdir().unwrap();
    let to = away.path().join("证件.jpg");
    let made = office.ok(ExportAttachment { id: card.id, path: Some(to.to_str().unwrap().into()) }).await;
    assert!(made.base64.is_none() && std::fs::read(to).unwrap().starts_with(b"\xff\xd8"));
    assert_eq!(
        office.ok(AuditTrail { before: None, limit: 1, only: AuditWish::default() }).await[0].act,
        "导出附件"
    );
}

/// A card under a word that nobody knows would be shown to everybody.
#[tokio::test]
async fn what_a_picture_shows_is_one_of_its_list() {
    let office = Office::township(day(2026, 10, 20)).await;
    let home = household(&office).await;
    let said = |what: &str| AddAttachment { what: Some(what.into()), ..of(home, &photo(60, 40)) };
    let refused = office.refused(said("idscan")).await;
    assert!(refused.about("what").is_some_and(|why| why.contains("证件扫描")), "{refused:?}");
    let card = office.ok(said("证件扫描")).await;
    assert_eq!((card.what.as_str(), card.masked), ("id_scan", true));
}

#[tokio::test]
async fn without_the_right_nothing_is_added_or_shown() {
    let office = Office::township(day(2026, 10, 20)).await;
    let home = household(&office).await;
    let row = office.ok(of(home, &photo(60, 40))).await;
    let new = AddLocalUser {
        name: "li".into(),
        display_name: "李".into(),
        password: PASSWORD.into(),
        region: Some("340323100002".parse().unwrap()),
        code: None,
    };
    assert_ne!(VILLAGE, "340323100002");
    office.ok(new).await;
    office.ok(SignIn { name: "li".into(), password: PASSWORD.into() }).await;
    assert_eq!(office.refused(of(home, &photo(60, 40))).await.code, ErrorCode::NoRight);
    assert_eq!(office.refused(open(row.id, true)).await.code, ErrorCode::NoRight);
    assert_eq!(office.refused(ListAttachments { owner: home }).await.code, ErrorCode::NoRight);
}

#[tokio::test]
async fn what_is_no_photo_is_refused_in_words_and_nothing_is_kept() {
    let office = Office::township(day(2026, 10, 20)).await;
    let home = household(&office).await;
    let refused = office.refused(of(home, b"MZ program")).await;
    assert_eq!(refused.code, ErrorCode::FileRefused);
    assert!(refused.message.contains("PDF"), "{}", refused.message);
    let bare = fields(json!({
        "region": VILLAGE, "owner": home, "owner_kind": "household", "what": "misc", "sha256": "ab".repeat(32),
        "bytes": 5, "mime": "image/jpeg",
    }));
    let bare = SaveRecord { kind: "attachment".into(), id: None, version: None, fields: bare };
    assert_eq!(office.refused(bare).await.code, ErrorCode::Invalid, "a record without its bytes");
    assert!(office.ok(ListAttachments { owner: home }).await.is_empty());
}
