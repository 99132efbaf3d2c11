//! Changes that the province did not apply, as far as somebody at this desk has to do with them: what waits, who
//! may decide, and what adopting it comes to. No command: the commands and the sync indicator both ask it.

mod look;
pub(crate) mod moves;
pub(crate) mod taken_up;

use std::collections::HashMap;

use chrono::NaiveDate;
use tiexin_contract::{ErrorCode, ErrorReply};
use tiexin_domain::access::{self, Action, Grant};
use tiexin_domain::nouns::Merge;
use tiexin_domain::nouns::merge::{MergeDecision, merged_into, standing_for};
use tiexin_domain::nouns::person::FOLLOW_THE_NUMBER;
use tiexin_domain::nouns::settlement::Choice;
use tiexin_domain::record::{self as shape, Fields, Record};
use tiexin_domain::shape::merge_class;
use tiexin_domain::{Kind, MergeClass, Noun, RegionCode};
use tiexin_protocol::wire::Standing;
use tiexin_protocol::{Change, ParkCode, Verdict};
use tiexin_store::{Book, Refused, Save, Unsettled, adopting, merging};
use uuid::Uuid;

use crate::place::region_of;
use crate::{errors, refusals};

/// Who looks at what waits.
#[derive(Clone, Copy)]
pub(crate) struct Viewer<'a> {
    pub(crate) book: &'a Book,
    pub(crate) user: Uuid,
    pub(crate) grants: &'a [Grant],
    pub(crate) today: NaiveDate,
}

impl Viewer<'_> {
    pub(crate) fn may(&self, action: Action, region: &RegionCode) -> bool {
        access::permits(self.grants, action, region, self.today)
    }

    pub(crate) fn record(&self, id: Uuid) -> Option<Record> {
        self.book.get(id).ok().flatten()
    }

    /// The record that stands for one that was merged; the same one when it was not.
    pub(crate) fn standing(&self, id: Uuid) -> Uuid {
        let into = |id| self.record(id).as_ref().and_then(merged_into);
        standing_for(id, into).unwrap_or(id)
    }
}

/// A change that waits.
pub(crate) struct Waiting {
    pub(crate) change: Change,
    pub(crate) verdict: Verdict,
    /// The record as it stands; `None` when nothing stands.
    pub(crate) current: Option<Record>,
    /// Of this desk's own: what stood here last, where nothing stands any more.
    pub(crate) gone: Option<Record>,
    /// The township where it waits. Of this desk's own it is worked out; `None` when that cannot be told here.
    pub(crate) waits: Option<RegionCode>,
    /// [`Unsettled::adopted_in_vain`].
    pub(crate) in_vain: bool,
    /// Where a decision on it lies, inside [`Self::waits`].
    pub(crate) at: Option<RegionCode>,
    /// Where its record lies once it is adopted; `None`: it cannot be adopted here.
    pub(crate) to: Option<RegionCode>,
    /// Of this desk's own: the number under which the book keeps it.
    pub(crate) refused: Option<i64>,
    pub(crate) author_name: Option<String>,
    pub(crate) standing: Vec<Standing>,
    since: i64,
}

impl From<Refused> for Waiting {
    fn from(refused: Refused) -> Waiting {
        let Refused { id, change, verdict, current, gone, refused_at, .. } = refused;
        Waiting {
            change,
            verdict,
            current,
            gone,
            waits: None,
            in_vain: false,
            at: None,
            to: None,
            refused: Some(id),
            author_name: None,
            standing: Vec::new(),
            since: refused_at,
        }
    }
}

impl From<Unsettled> for Waiting {
    fn from(one: Unsettled) -> Waiting {
        let Unsettled { scope, told, current, adopted_in_vain: in_vain } = one;
        Waiting {
            change: told.change,
            verdict: told.verdict,
            current,
            gone: None,
            waits: Some(scope),
            in_vain,
            at: None,
            to: None,
            refused: None,
            author_name: told.author_name,
            standing: told.standing,
            since: told.received_at,
        }
    }
}

impl Waiting {
    /// It would change what is insert-only: it can only be sent back.
    fn alters_what_is_fixed(&self) -> bool {
        self.current.is_some() && tiexin_domain::shape::is_fixed(&self.change.kind)
    }

    /// Money that the province kept apart, paid twice perhaps: whoever gave it does not decide on it.
    fn is_money_kept_apart(&self) -> bool {
        let apart = matches!(self.verdict, Verdict::Parked { code: ParkCode::RuleBroken, .. });
        apart && tiexin_domain::shape::is_fixed(&self.change.kind)
    }

    /// The record with the change on top of what stands.
    pub(crate) fn with_change(&self) -> Record {
        let mut record = self.current.clone().unwrap_or_else(|| Record {
            id: self.change.record,
            kind: self.change.kind.clone(),
            scope: self.change.scope.clone(),
            version: 0,
            fields: Fields::new(),
            void: None,
        });
        shape::apply(&mut record.fields, &self.change.set);
        record
    }

    /// It edits a record that the province has not taken yet: what is said of the region is said of half a record.
    pub(crate) fn edits_what_waits(&self) -> bool {
        self.change.base == 0 && region_of(&self.change.set).is_none()
    }

    /// Where it is listed.
    pub(crate) fn region(&self) -> RegionCode {
        self.to.as_ref().or(self.at.as_ref()).unwrap_or(&self.change.scope).clone()
    }

    /// What adopting it saves. `None`: it cannot be adopted here.
    pub(crate) fn adopted(&self, join: bool) -> Option<Save> {
        Some(adopting::adopted(&self.change, self.current.as_ref(), self.to.as_ref()?, join))
    }

    /// The fields about which two people disagree, with those that follow them; none where it is about the whole record.
    pub(crate) fn contested(&self) -> Vec<String> {
        let Verdict::Conflict { fields, .. } = &self.verdict else { return Vec::new() };
        let number =
            self.change.kind == Kind::Person.code() && fields.iter().any(|field| field == "id_number");
        let follow = FOLLOW_THE_NUMBER.iter().filter(|_| number).map(|field| (*field).to_owned());
        fields.iter().cloned().chain(follow).collect()
    }

    /// What is saved when the contested fields stay as they stand. `but`: fields that are left as well.
    pub(crate) fn rest(&self, but: &[String]) -> Option<Save> {
        let mut fields = self.contested();
        fields.extend_from_slice(but);
        adopting::rest(&self.change, self.current.as_ref(), self.to.as_ref()?, &fields)
    }

    /// Both sides hold different texts of a long note.
    fn has_two_notes(&self) -> bool {
        self.change.set.iter().any(|(field, value)| {
            let standing = self.current.as_ref().and_then(|record| record.text(field));
            merge_class(&self.change.kind, field) == MergeClass::LongNote
                && standing.is_some_and(|standing| value.as_str().is_some_and(|text| text != standing))
        })
    }
}

/// Changes of one save.
pub(crate) struct Group(pub(crate) Vec<Waiting>);

impl Group {
    pub(crate) fn id(&self) -> Uuid {
        self.0[0].change.id.settlement()
    }

    pub(crate) fn is_own(&self, who: &Viewer<'_>) -> bool {
        self.0.iter().all(|one| one.refused.is_some() && one.change.author == who.user)
    }

    /// Whether the user may do this wherever a decision on the group lies.
    pub(crate) fn may(&self, who: &Viewer<'_>, action: Action) -> bool {
        self.0.iter().all(|one| one.at.as_ref().is_some_and(|at| who.may(action, at)))
    }

    /// Whether the user takes back what is the user's own and waits at a known place: that needs no right there.
    pub(crate) fn may_take_back(&self, who: &Viewer<'_>) -> bool {
        self.is_own(who) && !self.is_conflict() && self.0.iter().all(|one| one.at.is_some())
    }

    /// Whether a decision may be put on record: by who may settle, or of one's own by who may write there.
    pub(crate) fn may_decide(&self, who: &Viewer<'_>) -> bool {
        self.may(who, Action::Settle) || (self.is_own(who) && self.may(who, Action::Write))
    }

    fn is_conflict(&self) -> bool {
        self.0.iter().any(|one| matches!(one.verdict, Verdict::Conflict { .. }))
    }

    /// Two people disagree about single fields, and about nothing else of the save: the rest of it is merged
    /// whichever value stands.
    pub(crate) fn clashes(&self) -> bool {
        let single = |one: &Waiting| !one.contested().is_empty();
        self.merge().is_none()
            && self.0.iter().any(single)
            && self.0.iter().all(|one| single(one) || refusals::is_companion(&one.verdict))
    }

    /// The decision on two registrations that the group takes, when it is one of merging or of undoing a merge.
    pub(crate) fn merge(&self) -> Option<Merge> {
        let one = self.0.iter().find(|one| one.change.kind == Kind::Merge.code())?;
        let merge = Merge::from_fields(&one.with_change().fields).ok()?;
        (merge.decision != MergeDecision::Different).then_some(merge)
    }

    /// A family's move that its author may not decide on: from where, if that is known here, and to where.
    pub(crate) fn asked_move(&self) -> Option<(Option<RegionCode>, RegionCode)> {
        let cause = self.cause();
        let parked = matches!(cause.verdict, Verdict::Parked { code: ParkCode::NoRight, .. });
        let stands = cause.change.base > 0 || cause.current.is_some();
        let to = region_of(&cause.change.set).filter(|_| parked && stands)?;
        let said = || cause.change.set.get("moved_from")?.as_str()?.parse().ok();
        let from = cause.current.as_ref().map(Record::region).or_else(said);
        (cause.change.kind == Kind::Household.code() && from.as_ref() != Some(&to)).then_some((from, to))
    }

    /// Whether the user may write wherever adopting the group would.
    pub(crate) fn may_adopt(&self, who: &Viewer<'_>) -> bool {
        if let Some(merge) = self.merge() {
            return can_be_merged_anew(who, &merge);
        }
        if self.asked_move().is_some() {
            return self.may_move(who);
        }
        let settles = self.may(who, Action::Settle);
        self.0.iter().all(|one| {
            if one.alters_what_is_fixed() || (one.is_money_kept_apart() && !settles) {
                return false;
            }
            let stands = one.current.as_ref().map(Record::region);
            one.to.iter().chain(&stands).all(|region| who.may(Action::Write, region)) && one.to.is_some()
        })
    }

    /// What the user may choose.
    pub(crate) fn choices(&self, who: &Viewer<'_>) -> Vec<Choice> {
        let decides = self.may_decide(who);
        let adopts = decides && self.may_adopt(who);
        let mut choices = Vec::new();
        if self.is_conflict() {
            if decides || self.is_own(who) {
                choices.push(Choice::Theirs);
            }
            if adopts {
                choices.push(Choice::Ours);
                if self.0.iter().any(Waiting::has_two_notes) {
                    choices.push(Choice::Both);
                }
            }
        } else {
            if adopts {
                choices.push(Choice::Adopt);
            }
            if self.may(who, Action::Settle) && !self.is_own(who) {
                choices.push(Choice::Decline);
            } else if self.is_own(who) {
                choices.push(Choice::Theirs);
            }
        }
        choices
    }

    /// Why the group cannot be adopted by somebody who may decide on it, and what to do instead.
    pub(crate) fn obstacle(&self, who: &Viewer<'_>) -> Option<&'static str> {
        if !self.may_decide(who) || self.may_adopt(who) {
            return None;
        }
        if self.merge().is_some() {
            if self.awaits_record() {
                return Some(
                    "其中一份登记还没有回到省平台（登记它的电脑还没有连上），现在合并不了；它连上以后就能照原来的办。",
                );
            }
            return Some(
                "两份登记后来有变动（作废、已经合并或者迁走），不能再照这次的办。需要时请到“可能重复”里重新核对。",
            );
        }
        if self.0.iter().any(Waiting::alters_what_is_fixed) {
            return Some("已入账的登记不能改也不能作废，只能退回；登记错了的请冲正，再重新登记一笔。");
        }
        if self.0.iter().any(Waiting::is_money_kept_apart) && !self.may(who, Action::Settle) {
            return Some("这一笔可能已经发过，要由审核人决定；确是重复的请撤回。");
        }
        if let Some(why) = self.cannot_move() {
            return Some(why);
        }
        if self.0.iter().any(|one| one.in_vain) {
            return Some(
                "您已经采纳过，但它所属的家庭已并入或迁到别的地区，采纳的这一条转到那里等审核了。\
                 请先处理自己名下的那一条，或者退回。",
            );
        }
        let unmade = |one: &&Waiting| one.to.is_none() && one.current.is_none();
        Some(match self.0.iter().find(unmade) {
            Some(one) if one.edits_what_waits() => refusals::AFTER_WHAT_WAITS,
            Some(_) => {
                "这条登记（或它所属的家庭）不在您负责的地区，这里不能采纳；可以由同时负责两地的审核人采纳。"
            }
            None => "要采纳，须同时负责它原来的和现在的地区；可以由上级审核人采纳。",
        })
    }

    /// It is about a record that the province does not have: one that was put back from a backup, before whoever
    /// registered it came back.
    pub(crate) fn awaits_record(&self) -> bool {
        matches!(self.cause().verdict, Verdict::Parked { code: ParkCode::RecordUnknown, .. })
    }

    /// The member whose verdict tells why the group waits.
    pub(crate) fn cause(&self) -> &Waiting {
        let whole = |one: &&Waiting| !refusals::is_companion(&one.verdict);
        self.0.iter().find(whole).unwrap_or(&self.0[0])
    }
}

/// All that waits and that the user may see, in groups, oldest first.
pub(crate) fn open(who: &Viewer<'_>) -> Result<Vec<Group>, ErrorReply> {
    let mut all: Vec<Waiting> = Vec::new();
    for refused in [who.book.conflicts(), who.book.parked()] {
        all.extend(refused.map_err(errors::store)?.into_iter().map(Waiting::from));
    }
    all.extend(who.book.unsettled().map_err(errors::store)?.into_iter().map(Waiting::from));
    all.sort_by_key(|one| (one.since, one.change.id));
    let mut groups: Vec<Group> = Vec::new();
    let mut known: HashMap<(Uuid, Uuid, Uuid), usize> = HashMap::new();
    for one in all {
        let key = (one.change.id.device, one.change.id.incarnation, one.change.group);
        match known.get(&key) {
            Some(at) => groups[*at].0.push(one),
            None => {
                known.insert(key, groups.len());
                groups.push(Group(vec![one]));
            }
        }
    }
    for group in &mut groups {
        group.0.sort_by_key(|one| one.change.id);
        group.look(who);
        group.0.retain(|one| may_see(who, one));
    }
    groups.retain(|group| !group.0.is_empty());
    Ok(groups)
}

fn may_see(who: &Viewer<'_>, one: &Waiting) -> bool {
    let own = one.refused.is_some();
    (own && one.change.author == who.user)
        || one.at.as_ref().is_some_and(|at| who.may(Action::Settle, at))
        || (own && who.may(Action::Read, &one.region()))
}

/// How many entries the user's list has: own ones and those that wait for somebody else, and those of others
/// that the user may decide on.
pub(crate) fn counted(who: &Viewer<'_>) -> Result<(u64, u64), ErrorReply> {
    let groups = open(who)?;
    let to_settle =
        groups.iter().filter(|group| !group.is_own(who) && !group.choices(who).is_empty()).count();
    Ok(((groups.len() - to_settle) as u64, to_settle as u64))
}

/// Whether what somebody decided about two registrations can be done on them as they stand now.
fn can_be_merged_anew(who: &Viewer<'_>, merge: &Merge) -> bool {
    let (Some(stays), Some(gives_way)) = (who.record(merge.stays), who.record(merge.gives_way)) else {
        return false;
    };
    let right = [&stays, &gives_way].iter().all(|record| who.may(Action::Write, &record.region()));
    let fits = match merge.decision {
        MergeDecision::Undone => merged_into(&gives_way).is_some(),
        _ => stays.void.is_none() && gives_way.void.is_none(),
    };
    right && fits && stays.kind == gives_way.kind && merging::mergeable(&stays.kind)
}

pub(crate) fn settled_already() -> ErrorReply {
    ErrorReply::new(ErrorCode::NotFound, "这一条已经处理过了，没有改动。请刷新列表。")
}
