//! stub
use crate::error::Result;
use crate::record::Row;
use rusqlite::Connection;
pub(crate) fn begin(_: &Connection, _: &Row, _: i64) -> Result<()> {
    unimplemented!()
}
pub(crate) fn begin_new(_: &Connection, _: i64, _: i64) -> Result<()> {
    unimplemented!()
}
