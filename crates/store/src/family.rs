//! stub
use crate::book::Book;
use crate::error::Result;
use tiexin_domain::{Record, RegionCode};
use uuid::Uuid;
impl Book {
    /// The record, void ones too.
    pub fn get(&self, id: Uuid) -> Result<Option<Record>> {
        unimplemented!()
    }
    /// Everything that belongs to a household, newest first. Void records are left out.
    pub fn children(&self, household: Uuid) -> Result<Vec<Record>> {
        unimplemented!()
    }
    /// What names `parent` (a person, a file) as what it belongs to.
    pub fn belonging_to(&self, parent: Uuid) -> Result<Vec<Record>> {
        unimplemented!()
    }
    pub fn by_code(&self, code: &str) -> Result<Vec<Record>> {
        unimplemented!()
    }
    pub fn by_id_number(&self, number: &str) -> Result<Vec<Record>> {
        unimplemented!()
    }
    /// Households of the region whose head has exactly this name.
    pub fn by_head_name(&self, region: &RegionCode, name: &str) -> Result<Vec<Record>> {
        unimplemented!()
    }
    /// Records of `kind` in the region with exactly this name (of the head, the person, the member).
    pub fn by_name(&self, kind: &str, region: &RegionCode, name: &str) -> Result<Vec<Record>> {
        unimplemented!()
    }
}
