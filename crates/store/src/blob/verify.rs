//! Looking over the bytes of attachments.

use rusqlite::Connection;
use tiexin_protocol::blob::BlobHash;

use super::all;
use crate::error::Result;
use crate::record::hidden;
use crate::verify::VerifyReport;

/// Every blob that is called whole is; everything an attachment names is here or on its way.
pub(crate) fn look(conn: &Connection, dir: &std::path::Path, report: &mut VerifyReport) -> Result<()> {
    let (mut damaged, mut missing, mut only_here) = (0, 0, 0);
    let mut to_go_up = conn.prepare("SELECT 1 FROM blob_queue WHERE sha256 = ?1 AND way = 'up'")?;
    for held in all(conn)?.into_iter().filter(|held| held.whole) {
        report.blobs += 1;
        match held.sealed.whole(dir)? {
            Ok(bytes) if BlobHash::of(&bytes) == held.sealed.hash => continue,
            _ if !dir.join(super::file::FOLDER).join(&held.sealed.file).exists() => missing += 1,
            _ => damaged += 1,
        }
        only_here += i64::from(to_go_up.exists([&held.sealed.hash.0])?);
    }
    // What the province has comes again; of the rest only a backup can have more.
    let again = match only_here {
        0 => "打开时将重新下载".to_owned(),
        _ => format!("共 {only_here} 个还没有传到省平台，只能从备份里找回"),
    };
    if damaged > 0 {
        report.fault("blob_damaged", None, format!("有 {damaged} 个附件文件已损坏，{again}"));
    }
    if missing > 0 {
        report.fault("blob_missing", None, format!("有 {missing} 个附件文件不见了，{again}"));
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
