//! stub
use crate::book::Book;
use crate::error::Result;
use tiexin_domain::RegionCode;
use uuid::Uuid;
/// A search result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    pub id: Uuid,
    pub kind: String,
    pub title: String,
    pub region: RegionCode,
    /// `name`, `pinyin`, `initials`, `id_number`, `id_tail`, `phone`, `phone_tail`, `code` or `text`.
    pub matched: String,
}
impl Book {
    /// Everything that the text names: names, pinyin, initials, ID tail, phone, file code, words of visits.
    pub fn search(&self, text: &str, regions: &[RegionCode], limit: usize) -> Result<Vec<Hit>> {
        unimplemented!()
    }
}
