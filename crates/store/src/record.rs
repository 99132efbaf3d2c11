//! stub
use crate::error::Result;
use rusqlite::Connection;
use tiexin_domain::Record;
use uuid::Uuid;
pub(crate) struct Row {
    pub(crate) n: i64,
    pub(crate) record: Record,
    pub(crate) audit_head: Option<i64>,
}
pub(crate) enum Index {
    Now,
    Later,
}
pub(crate) fn find(_: &Connection, _: Uuid) -> Result<Option<Row>> {
    unimplemented!()
}
pub(crate) fn set_audit_head(_: &Connection, _: i64, _: i64) -> Result<()> {
    unimplemented!()
}
pub(crate) fn update(_: &Connection, _: &Row, _: &Record, _: Option<i64>) -> Result<()> {
    unimplemented!()
}
pub(crate) fn insert(_: &Connection, _: &Record, _: Option<i64>, _: Index) -> Result<i64> {
    unimplemented!()
}
