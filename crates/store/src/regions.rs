//! stub
use tiexin_domain::RegionCode;
/// A region of Anhui.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region {
    pub code: RegionCode,
    pub name: String,
}
/// All regions of the province.
pub struct Regions;
impl Regions {
    pub fn anhui() -> &'static Regions {
        unimplemented!()
    }
    pub fn name(&self, _code: &RegionCode) -> Option<&'static str> {
        unimplemented!()
    }
    /// `固镇县 谷阳镇 …村`: from the county down.
    pub fn full_name(&self, _code: &RegionCode) -> String {
        unimplemented!()
    }
    pub fn children(&self, _code: &RegionCode) -> Vec<Region> {
        unimplemented!()
    }
    /// By name, pinyin, initials or code.
    pub fn search(&self, _text: &str, _within: Option<&RegionCode>, _limit: usize) -> Vec<Region> {
        unimplemented!()
    }
}
