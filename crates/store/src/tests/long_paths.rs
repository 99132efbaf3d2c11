//! A book whose path is longer than old interfaces of Windows take, in Chinese: three bytes a character in SQLite.

use super::*;
use crate::{look_at_backup, restore};

fn deep(folder: &Path, name: &str) -> std::path::PathBuf {
    // 380 characters, 1,100 bytes: also more than SQLite's usual layer of Windows takes. On Unix it takes 512 bytes.
    let folders = if cfg!(windows) { 12 } else { 4 };
    (0..folders).fold(folder.join(name), |path, n| path.join(format!("{n}-{}", "谷阳镇".repeat(10))))
}

#[test]
fn a_book_works_in_a_long_path_and_is_carried_to_another() {
    let folder = tempfile::tempdir().unwrap();
    let (dir, away, back) =
        (deep(folder.path(), "台账"), deep(folder.path(), "备份"), deep(folder.path(), "恢复"));
    let (book, _) = Book::create(&dir, user("wang"), KdfCost::QUICK, NOW).unwrap();
    let home = household(&book, VILLAGE, "张三");
    visit(&book, home, "张三", "2026-10-05", json!({}));
    sound(&book);
    book.backup_to(&away, NOW, &mut |_, _| true).unwrap();
    assert_eq!(look_at_backup(&away).unwrap().records, Some(2));
    drop(book);
    for aside in [false, true] {
        let restored = restore(&away, &back, &mut |_, _| true).unwrap();
        assert_eq!(restored.aside.is_some(), aside);
        let book = reopen(&back);
        assert_eq!(record(&book, home).text("head_name"), Some("张三"));
        sound(&book);
    }
    sound(&reopen(&dir));
    crate::wipe(&dir).unwrap();
    assert!(!Book::exists(&dir));
}

/// From a short path to a long one, and back.
#[test]
fn a_book_is_copied_between_short_and_long_paths() {
    let (dir, book, _) = book();
    let home = household(&book, VILLAGE, "张三");
    let away = deep(dir.path(), "备份");
    book.backup_to(&away, NOW, &mut |_, _| true).unwrap();
    let back = tempfile::tempdir().unwrap();
    restore(&away, back.path(), &mut |_, _| true).unwrap();
    assert_eq!(record(&reopen(back.path()), home).text("head_name"), Some("张三"));
}
