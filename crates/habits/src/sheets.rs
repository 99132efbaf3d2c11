//! The sheets of each kind: which columns they have and what a row of each says.

use crate::facts::{Fact, Facts, Person, Tag};
use crate::grid::{Cell, Sure};
use crate::habit::Habit;
use crate::pen::{Pen, Unit};
use crate::table::{Column, Line, Role, Table};

use Role::{Headcount, Money, Other, Shared};

fn table(columns: &[(&str, Role)], lines: Vec<Line>) -> Table {
    let columns = columns.iter().map(|(head, role)| Column::of(head, *role)).collect();
    Table { columns, lines, merges: Vec::new() }
}

/// The head of a column of amounts: with the unit, unless a caption tells it.
fn amount(what: &str, unit: Unit, captioned: bool) -> String {
    if captioned { what.to_owned() } else { format!("{what}（{}）", unit.label()) }
}

/// The families' ledger; `which` of them.
pub(crate) fn families(pen: &Pen<'_>, facts: &Facts, which: &[usize]) -> Table {
    if pen.habits.has(Habit::RowPerPerson) {
        return persons(pen, facts, which, Habit::RowPerPerson);
    }
    if pen.habits.has(Habit::TwoRowFamily) && !pen.csv {
        return persons(pen, facts, which, Habit::TwoRowFamily);
    }
    let mut lines = Vec::new();
    for (nth, n) in which.iter().enumerate() {
        let family = &facts.families[*n];
        let mut line = Line::of(Fact::Family(*n));
        line.put(Cell::Number(nth as f64 + 1.0, "General"), nth);
        line.write(family.village, |told| pen.village(nth, told, family.village));
        line.write("", |told| pen.code(nth, told, &family.code));
        line.put(Cell::text(if family.disabled { "伤残" } else { "死亡" }), nth);
        for male in [true, false] {
            match family.adults.iter().find(|adult| adult.male == male) {
                Some(adult) => {
                    line.write("", |told| pen.name(nth, told, &format!("name {male}"), &adult.name));
                    line.write("", |told| pen.id(nth, told, &adult.id));
                }
                None => (0..2).for_each(|_| line.put(Cell::Empty, "")),
            }
        }
        line.write("", |told| loss(pen, nth, told, family.loss));
        line.put(Cell::text(&family.adults[0].phone), "");
        line.put(Cell::text("方守田"), "");
        line.put(Cell::text("尤桂芝"), "");
        line.put(note(pen, nth), "");
        lines.push(line);
    }
    let columns = [
        ("序号", Other),
        ("村（社区）", Shared),
        ("信息编码", Other),
        ("家庭类别", Other),
        ("男方>姓名", Other),
        ("男方>身份证号", Other),
        ("女方>姓名", Other),
        ("女方>身份证号", Other),
        ("死亡/伤残时间", Other),
        ("联系电话", Other),
        ("联系人>镇", Other),
        ("联系人>村", Other),
        ("备注", Other),
    ];
    table(&columns, lines)
}

/// A day, or a month where the habit has it so; the month has the importer's usual to-do.
fn loss(pen: &Pen<'_>, nth: usize, told: &mut crate::grid::Told, date: chrono::NaiveDate) -> Cell {
    use chrono::Datelike;
    if pen.habits.has(Habit::SixDigitMonth) || pen.habits.has(Habit::DottedMonth) {
        return pen.month(nth, told, (date.year(), date.month()));
    }
    Cell::text(date.to_string())
}

fn note(pen: &Pen<'_>, nth: usize) -> Cell {
    if pen.does(Habit::PictureCell, "note", nth, 40) { Cell::Picture } else { Cell::Empty }
}

/// A row for each person: what the family shares stands in the first, is blank below it or merged over all.
fn persons(pen: &Pen<'_>, facts: &Facts, which: &[usize], habit: Habit) -> Table {
    let mut lines: Vec<Line> = Vec::new();
    let mut merges = Vec::new();
    let repeated = habit == Habit::RowPerPerson && pen.dice("repeated", 0).bool();
    for (nth, n) in which.iter().enumerate() {
        let family = &facts.families[*n];
        let first = lines.len();
        for (at, adult) in family.adults.iter().enumerate() {
            let mut line = Line::of(Fact::Family(*n));
            let shared = at == 0 || repeated;
            line.told.met(habit, Sure::Odd);
            line.told.part = true;
            line.put(if shared { Cell::Number(nth as f64 + 1.0, "General") } else { Cell::Empty }, "");
            if shared {
                line.write("", |told| pen.village(nth, told, family.village));
                line.write("", |told| pen.code(nth, told, &family.code));
                line.put(Cell::text(if family.disabled { "伤残" } else { "死亡" }), "");
            } else {
                (0..3).for_each(|_| line.put(Cell::Empty, ""));
            }
            line.write("", |told| pen.name(nth, told, &format!("name {at}"), &adult.name));
            line.write("", |told| pen.id(nth, told, &adult.id));
            line.put(Cell::text(["户主", "配偶"][at.min(1)]), "");
            line.put(Cell::text(&adult.phone), "");
            lines.push(line);
        }
        if habit == Habit::TwoRowFamily && family.adults.len() > 1 {
            merges.extend((0..4).map(|column| (first, lines.len() - 1, column)));
        }
    }
    let columns = [
        ("序号", Other),
        ("村（社区）", Other),
        ("信息编码", Other),
        ("家庭类别", Other),
        ("姓名", Other),
        ("身份证号", Other),
        ("与户主关系", Other),
        ("联系电话", Other),
    ];
    Table { merges, ..table(&columns, lines) }
}

/// Village, code and head of a family, as a row of services names it.
fn family(pen: &Pen<'_>, facts: &Facts, line: &mut Line, nth: usize, n: usize) {
    let family = &facts.families[n];
    line.write(family.village, |told| pen.village(nth, told, family.village));
    let by_name = pen.dice("by name", nth).u8(..3) == 0;
    match by_name {
        true => line.put(Cell::Empty, ""),
        false => line.write("", |told| pen.code(nth, told, &family.code)),
    }
    line.write(n, |told| {
        let cell = pen.name(nth, told, "head", family.head());
        if by_name && told.habits.has(Habit::LostCharacter) {
            told.met(Habit::LostCharacter, Sure::Odd);
        }
        cell
    });
}

pub(crate) fn visits(pen: &Pen<'_>, facts: &Facts, which: &[usize]) -> Table {
    let mut lines: Vec<Line> = Vec::new();
    for n in which {
        let visit = &facts.visits[*n];
        let names: Vec<&str> =
            visit.met.iter().map(|at| &*facts.families[visit.family].adults[*at].name).collect();
        let apart = names.len() > 1 && pen.does(Habit::RowPerPersonMet, "met", *n, 60);
        let rows: Vec<Vec<&str>> =
            if apart { names.iter().map(|name| vec![*name]).collect() } else { vec![names] };
        for met in rows {
            let nth = lines.len();
            let mut line = Line::of(Fact::Visit(*n));
            if apart {
                line.told.met(Habit::RowPerPersonMet, Sure::Odd);
                line.told.part = true;
            }
            line.write(visit.date, |told| pen.date(nth, told, visit.date));
            family(pen, facts, &mut line, nth, visit.family);
            let label = visit.kind.label();
            let short: String = label.chars().take(2).collect();
            let kind = if pen.dice("kind", nth).bool() { label.to_owned() } else { short };
            line.put(Cell::text(kind), label);
            line.write("", |told| pen.names(nth, told, "met", &met));
            line.write(visit.visitors.join("、"), |told| pen.names(nth, told, "visitors", &visit.visitors));
            match visit.gift {
                Some(fen) => line.put(Cell::Number(fen as f64 / 100.0, "General"), ""),
                None => line.put(Cell::Empty, ""),
            }
            line.put(note(pen, nth), "");
            lines.push(line);
        }
    }
    let columns = [
        ("日期", Shared),
        ("村（社区）", Shared),
        ("信息编码", Other),
        ("户主", Other),
        ("走访类型", Shared),
        ("见面人员", Other),
        ("走访人", Shared),
        ("慰问金额（元）", Other),
        ("备注", Other),
    ];
    table(&columns, lines)
}

pub(crate) fn surveys(pen: &Pen<'_>, facts: &Facts) -> Table {
    let mut lines = Vec::new();
    for (nth, survey) in facts.surveys.iter().enumerate() {
        let mut line = Line::of(Fact::Survey(nth));
        line.write(survey.date, |told| pen.date(nth, told, survey.date));
        family(pen, facts, &mut line, nth, survey.family);
        let asked = &facts.families[survey.family].adults[survey.asked].name;
        line.write("", |told| pen.name(nth, told, "asked", asked));
        line.put(Cell::text("日常照料"), "");
        lines.push(line);
    }
    let columns = [
        ("日期", Shared),
        ("村（社区）", Shared),
        ("信息编码", Other),
        ("户主", Other),
        ("被调查人", Other),
        ("主要需求", Other),
    ];
    table(&columns, lines)
}

pub(crate) fn claims(pen: &Pen<'_>, facts: &Facts, unit: Unit, captioned: bool) -> Table {
    let mut lines = Vec::new();
    for (nth, claim) in facts.claims.iter().enumerate() {
        let mut line = Line::of(Fact::Claim(nth));
        line.write(claim.date, |told| pen.date(nth, told, claim.date));
        family(pen, facts, &mut line, nth, claim.family);
        let insured = &facts.families[claim.family].adults[claim.insured].name;
        line.write("", |told| pen.name(nth, told, "insured", insured));
        line.put(Cell::Number(f64::from(claim.days), "General"), "");
        line.write("", |told| with_unit(told, unit, captioned, |told| pen.money(nth, told, claim.fen, unit)));
        line.write("", |told| pen.policy(nth, told, &claim.policy));
        lines.push(line);
    }
    let head = amount("理赔金额", unit, captioned);
    let columns = [
        ("理赔日期", Shared),
        ("村（社区）", Shared),
        ("信息编码", Other),
        ("户主", Other),
        ("被保险人", Other),
        ("住院天数", Other),
        (&*head, Money),
        ("保单号", Other),
    ];
    table(&columns, lines)
}

fn with_unit(
    told: &mut crate::grid::Told,
    unit: Unit,
    captioned: bool,
    write: impl FnOnce(&mut crate::grid::Told) -> Cell,
) -> Cell {
    if unit != Unit::Yuan {
        told.met(if captioned { Habit::UnitInCaption } else { Habit::UnitInHead }, Sure::Odd);
    }
    write(told)
}

pub(crate) fn sessions(pen: &Pen<'_>, facts: &Facts) -> Table {
    let mut lines = Vec::new();
    for (nth, session) in facts.sessions.iter().enumerate() {
        let mut line = Line::of(Fact::Session(nth));
        line.write(session.date, |told| pen.date(nth, told, session.date));
        family(pen, facts, &mut line, nth, session.family);
        let person = &facts.families[session.family].adults[session.person].name;
        line.write("", |told| pen.name(nth, told, "person", person));
        let yes = |yes: bool| Cell::text(if yes { "是" } else { "否" });
        line.put(yes(session.opened), "");
        line.put(yes(session.assessed), "");
        line.put(Cell::text("咨询师李"), "");
        lines.push(line);
    }
    let columns = [
        ("日期", Shared),
        ("村（社区）", Shared),
        ("信息编码", Other),
        ("户主", Other),
        ("服务对象", Other),
        ("是否建档", Other),
        ("是否测评", Other),
        ("咨询师", Other),
    ];
    table(&columns, lines)
}

pub(crate) fn members(pen: &Pen<'_>, facts: &Facts) -> Table {
    let mut lines = Vec::new();
    for (nth, member) in facts.members.iter().enumerate() {
        let Person { name, id, male, phone } = &member.person;
        let mut line = Line::of(Fact::Member(nth));
        line.put(Cell::Number(nth as f64 + 1.0, "General"), nth);
        line.write("", |told| pen.name(nth, told, "name", name));
        line.put(Cell::text(if *male { "男" } else { "女" }), "");
        line.write("", |told| pen.id(nth, told, id));
        line.write(member.village, |told| pen.village(nth, told, member.village));
        line.put(Cell::text(if member.individual { "个体会员" } else { "" }), "");
        line.put(Cell::text(if member.floating { "流动人口" } else { "常住人口" }), "");
        let tag = member.tag.map_or("", |tag| match tag {
            Tag::LostChild => "失独人口",
            Tag::Childbearing => "育龄人口",
            Tag::Youth => "青少年",
        });
        line.put(Cell::text(tag), "");
        line.write("", |told| pen.month(nth, told, member.joined));
        line.put(Cell::text(phone), "");
        lines.push(line);
    }
    let columns = [
        ("序号", Other),
        ("姓名", Other),
        ("性别", Other),
        ("身份证号", Other),
        ("村居", Shared),
        ("会员类型", Other),
        ("人口类型", Other),
        ("服务对象", Other),
        ("入会时间", Other),
        ("联系电话", Other),
    ];
    table(&columns, lines)
}

pub(crate) fn activities(pen: &Pen<'_>, facts: &Facts, unit: Unit, captioned: bool) -> Table {
    let mut lines = Vec::new();
    for (nth, activity) in facts.activities.iter().enumerate() {
        let mut line = Line::of(Fact::Activity(nth));
        line.put(Cell::text(&activity.name), nth);
        line.put(Cell::text(activity.project.label()), activity.project.label());
        line.write(activity.date, |told| pen.date(nth, told, activity.date));
        line.write(activity.village, |told| pen.village(nth, told, activity.village));
        line.write("", |told| pen.headcount(nth, told, activity.headcount));
        line.write("", |told| {
            with_unit(told, unit, captioned, |told| pen.money(nth, told, activity.fen, unit))
        });
        lines.push(line);
    }
    let head = amount("经费", unit, captioned);
    let columns = [
        ("活动名称", Other),
        ("项目", Shared),
        ("开始时间", Shared),
        ("村（社区）", Shared),
        ("参加人数", Headcount),
        (&*head, Money),
    ];
    table(&columns, lines)
}
