//! A row of the activities register.

use chrono::{NaiveDate, NaiveDateTime};
use tiexin_domain::nouns::Activity;
use tiexin_domain::nouns::activity::{KeyTask, ProjectColumn};
use tiexin_domain::nouns::tidy;
use tiexin_domain::{Kind, RegionCode};

use super::planner::{Outcome, Planner};
use super::reader::{BAD_TIME, RowReader};
use crate::finding::FindingCode;

impl Planner<'_> {
    pub(super) fn activity(&mut self, reader: &mut RowReader<'_>) -> Outcome {
        let region = self.activity_region(reader);
        let name = reader.said("name");
        if name.is_none() {
            reader.find("name", FindingCode::NameMissing, "请填写活动名称");
        }
        let project = project(reader);
        let start = self.moment(reader, "start", None);
        if let Some(start) = start {
            reader.check_day("start", start.date());
        }
        let end = if reader.said("end").is_some() {
            self.moment(reader, "end", start.map(|s| s.date()))
        } else {
            None
        };
        if reader.count("times").is_some_and(|times| times > 1) {
            let hint = "一行写了几场，只按一场录入；请一场写一行，场次和人数才对";
            reader.find("times", FindingCode::TimesUnclear, hint);
        }
        let headcount = reader.count("headcount");
        let handouts = reader.count("handouts");
        let money = reader.money("money");
        let (Some(region), Some(name), Some(project), Some(start), false) =
            (region, name, project, start, reader.is_refused())
        else {
            return Outcome::Refused;
        };
        let when = start.format("%Y-%m-%dT%H:%M").to_string();
        let mut drafts = self.drafts(&["activity", region.scope().as_str(), &name, &when]);
        let id = self.id(&drafts, "activity");
        let key_task = reader.said("key_task").and_then(|text| {
            let task = KeyTask::from_label(&text);
            if task.is_none() {
                reader.keep("key_task");
            }
            task
        });
        let summary =
            [reader.said("summary"), reader.notes()].into_iter().flatten().collect::<Vec<_>>().join("\n");
        let activity = Activity {
            region,
            name,
            project,
            subproject: None,
            training_kind: None,
            curriculum: None,
            key_task,
            place: reader.said("place"),
            start,
            // A day alone ends when it ends.
            end: end.filter(|end| *end != start),
            head: reader.name("head"),
            approval_state: None,
            approval: reader.said("approval"),
            enrol_until: None,
            headcount,
            sign_ins: Vec::new(),
            handouts,
            money,
            summary: tidy(&summary),
            highlight: false,
            photos_cleared: false,
            archived: false,
        };
        let scope = activity.region.scope();
        drafts.add(reader, id, &activity);
        let mut known = self.staged.named(&Kind::Activity, &activity.name);
        known.retain(|there| there.region.scope() == scope);
        self.event(reader, drafts, known)
    }

    /// A day with its time; an empty or a wrong one is told.
    fn moment(
        &self,
        reader: &mut RowReader<'_>,
        field: &str,
        day: Option<NaiveDate>,
    ) -> Option<NaiveDateTime> {
        let before = reader.findings.len();
        let at = reader.moment(field, day);
        if at.is_none() && reader.findings.len() == before {
            reader.find(field, FindingCode::DateInvalid, BAD_TIME);
        }
        at
    }

    /// By its village column, the place it was held at, the tab; else it is the township's.
    fn activity_region(&mut self, reader: &mut RowReader<'_>) -> Option<RegionCode> {
        let everywhere = |text: &String| {
            matches!(text.as_str(), "全镇" | "全乡" | "全街道" | "镇里" | "镇直" | "各村" | "全镇各村")
        };
        if reader.said("village").is_some_and(|text| everywhere(&text)) {
            return Some(self.places.scope().clone());
        }
        if reader.said("village").is_some() {
            return self.region(reader);
        }
        let place = reader.said("place").unwrap_or_default();
        let named = self.places.find(&place).or_else(|| self.places.named_in(&place));
        let region = named.or_else(|| self.village.clone());
        if region.is_none() && self.places.is_elsewhere(&place) {
            // As a family there is refused: the ledger may be another township's.
            let hint = "在本地区没有找到这个村（社区），请核对名称，或先选对导入地区；本镇在外面办的，请在“村（社区）”一列写“镇里”";
            reader.find("place", FindingCode::RegionUnknown, hint);
            return None;
        }
        if region.is_none() && self.above.is_some() && !reader.sheet.village_merged {
            let hint = "没有写村（社区），录入时记在镇里；如果是上面那个村办的，请写明村名";
            reader.find("village", FindingCode::VillageMissing, hint);
        }
        Some(region.unwrap_or_else(|| self.places.scope().clone()))
    }
}

fn project(reader: &mut RowReader<'_>) -> Option<ProjectColumn> {
    use ProjectColumn::*;
    let text = reader.said("project").unwrap_or_default();
    let words: [(&[&str], ProjectColumn); 8] = [
        (&["流动"], FloatingPopulation),
        (&["青春", "青少年"], Youth),
        (&["帮扶"], FamilySupport),
        (&["权益", "维权"], Rights),
        (&["培训"], Training),
        (&["健康服务", "生殖健康", "优生", "义诊", "体检"], Health),
        (&["宣传"], Publicity),
        (&["其他", "其它"], Misc),
    ];
    let fits = |(words, _): &&(&[&str], ProjectColumn)| words.iter().any(|w| text.contains(w));
    let mut found = words.iter().filter(fits).map(|(_, project)| project.clone());
    let known = ProjectColumn::from_label(&text).or_else(|| match (found.next(), found.next()) {
        (Some(one), None) => Some(one),
        _ => None,
    });
    if known.is_none() {
        let labels: Vec<&str> = ProjectColumn::ALL.iter().map(|p| p.label()).collect();
        reader.find("project", FindingCode::KindUnknown, format!("项目请填其中之一：{}", labels.join("、")));
    }
    known
}
