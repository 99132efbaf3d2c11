//! Looking over the bytes of attachments.

use rusqlite::Connection;
use tiexin_protocol::blob::BlobHash;

use super::{SELECT, read};
use crate::error::Result;
use crate::record::hidden;
use crate::verify::VerifyReport;

/// Every blob that is called whole is; everything an attachment names is here or on its way.
pub(crate) fn look(conn: &Connection, dir: &std::path::Path, report: &mut VerifyReport) -> Result<()> {
    let mut select = conn.prepare(&format!("{SELECT} WHERE whole"))?;
    let mut rows = select.query([])?;
    let (mut damaged, mut missing) = (0, 0);
    while let Some(row) = rows.next()? {
        let held = read(row)?;
        report.blobs += 1;
        match held.sealed.whole(dir)? {
            Ok(bytes) if BlobHash::of(&bytes) == held.sealed.hash => {}
            _ if !dir.join(super::file::FOLDER).join(&held.sealed.file).exists() => missing += 1,
            _ => damaged += 1,
        }
    }
    if damaged > 0 {
        report.fault("blob_damaged", None, format!("有 {damaged} 个附件文件已损坏，打开时将重新下载"));
    }
    if missing > 0 {
        report.fault("blob_missing", None, format!("有 {missing} 个附件文件不见了，打开时将重新下载"));
    }
    let lost: i64 = conn.query_row(
        "SELECT count(*) FROM blob_use u JOIN record ON record.n = u.record
         WHERE record.hidden <> ?1 AND NOT EXISTS (SELECT 1 FROM blob WHERE scope = u.scope AND sha256 = u.sha256 AND whole)
           AND NOT EXISTS (SELECT 1 FROM blob_queue q WHERE q.scope = u.scope AND q.sha256 = u.sha256
                             AND q.attachment = record.id)",
        [hidden::WITHHELD],
        |row| row.get(0),
    )?;
    if lost > 0 {
        report.fault("blob_lost", None, format!("有 {lost} 个附件既不在本机，也没有在等待下载"));
    }
    Ok(())
}
