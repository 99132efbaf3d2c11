//! A table of users and grants, read and checked as a whole before anything of it is done. Pure.

use chrono::NaiveDate;
use tiexin_domain::RegionCode;
use tiexin_domain::access::{Grant, Role, User};
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::{office, regions};

/// The columns, as an office heads them or as the command line calls them.
const COLUMNS: [&[&str]; 6] = [
    &["登录名", "name", "user"],
    &["姓名", "display", "display_name"],
    &["角色", "role"],
    &["地区", "地区代码", "region"],
    &["起", "起始日期", "from"],
    &["止", "截止日期", "to"],
];

/// What a table asks for: users that are new, and grants that are new.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Roster {
    /// Sign-in name, name.
    pub(crate) users: Vec<(String, String)>,
    pub(crate) grants: Vec<(String, Grant)>,
    /// Rows that ask for what is there already.
    pub(crate) known: usize,
    /// Rows that were passed over and why, in words.
    pub(crate) notes: Vec<String>,
}

/// The table so far.
struct Reading<'a> {
    unlisted: bool,
    today: NaiveDate,
    /// Who is there already.
    before: &'a [User],
    /// The same with what the rows so far ask for.
    all: Vec<User>,
    /// The rows so far: line, sign-in name, what it asks for.
    asked: Vec<(usize, String, Grant)>,
    roster: Roster,
}

/// Reads CSV (comma, semicolon or tab; UTF-8) with a head. Of a table that was read before nothing is new.
///
/// # Errors
/// `Config`: every row that is wrong, by its number in the file, and why. Then nothing is to be done.
pub(crate) fn read(text: &str, unlisted: bool, all: &[User], today: NaiveDate) -> Result<Roster> {
    let mut rows = rows(text.trim_start_matches('\u{feff}')).into_iter();
    let head = rows.next().ok_or_else(|| Error::Config("这个表是空的".into()))?;
    let columns = columns(&head.1)?;
    let (roster, asked) = Default::default();
    let mut reading = Reading { unlisted, today, before: all, all: all.to_vec(), asked, roster };
    let mut wrong = Vec::new();
    for (line, cells) in rows {
        let cell = |n: usize| columns[n].and_then(|at| cells.get(at)).map_or("", |text| text.trim());
        if let Err(why) = reading.row(line, cell) {
            wrong.push(format!("第 {line} 行：{why}"));
        }
    }
    if wrong.is_empty() { Ok(reading.roster) } else { Err(Error::Config(wrong.join("\n"))) }
}

fn columns(head: &[String]) -> Result<[Option<usize>; 6]> {
    let place =
        |names: &&[&str]| head.iter().position(|cell| names.contains(&cell.trim().to_lowercase().as_str()));
    let mut places = [None; 6];
    for (at, names) in places.iter_mut().zip(COLUMNS.iter()) {
        *at = place(names);
    }
    let missing: Vec<&str> = COLUMNS
        .iter()
        .zip(places)
        .take(4)
        .filter(|(_, at)| at.is_none())
        .map(|(names, _)| names[0])
        .collect();
    if missing.is_empty() {
        return Ok(places);
    }
    Err(Error::Config(format!("第一行是表头，还缺：{}（可以另有“起”“止”两列）", missing.join("、"))))
}

impl Reading<'_> {
    fn row<'c>(&mut self, line: usize, cell: impl Fn(usize) -> &'c str) -> Result<()> {
        let (name, display) = (cell(0), cell(1));
        let known = self.all.iter().find(|user| user.name == name);
        let new = match known {
            Some(user) if !display.is_empty() && user.display_name != display => {
                return Err(Error::Config(format!("登录名 {name} 已经是另一个姓名")));
            }
            Some(_) => None,
            None => Some(office::new_user(name, display, &self.all)?),
        };
        let grant =
            Grant { role: role(cell(2))?, region: region(cell(3))?, from: day(cell(4))?, to: day(cell(5))? };
        if let Some(note) = self.passed_over(name, &grant) {
            self.roster.notes.push(format!("第 {line} 行{note}"));
            return Ok(());
        }
        if known.is_some_and(|user| user.grants.contains(&grant)) {
            self.roster.known += 1;
            self.asked.push((line, name.to_owned(), grant));
            return Ok(());
        }
        self.take(line, name, new, grant)
    }

    /// The row stood in this table before, or asks for a right that the office has ended or shortened since: to read a
    /// table once more gives nothing back.
    fn passed_over(&self, name: &str, grant: &Grant) -> Option<String> {
        if let Some((first, ..)) = self.asked.iter().find(|(_, user, same)| user == name && same == grant) {
            return Some(format!("与第 {first} 行相同，只算一次"));
        }
        let same =
            |held: &&Grant| (&held.role, &held.region, held.from) == (&grant.role, &grant.region, grant.from);
        let shortened = |held: &&Grant| held.to.is_some_and(|end| grant.to.is_none_or(|to| end < to));
        let user = self.before.iter().find(|user| user.name == name)?;
        let lasts = |held: &Grant| held.to == grant.to || held.in_force(self.today) && !shortened(&held);
        if user.grants.iter().filter(same).any(lasts) {
            return None;
        }
        let held = user.grants.iter().filter(same).find(shortened)?;
        let place = regions::shown(&grant.region);
        let end =
            held.to.filter(|to| *to >= self.today).map_or("终止".into(), |to| format!("改为到 {to} 止"));
        Some(format!(
            "：{name} 在{place}的{}授权后来已经{end}，没有恢复；要恢复，请在“起”里写新的日期",
            grant.role.label()
        ))
    }

    fn take(&mut self, line: usize, name: &str, new: Option<(String, String)>, grant: Grant) -> Result<()> {
        if let Some((name, display_name)) = new.clone() {
            self.all.push(User { id: Uuid::nil(), name, display_name, grants: Vec::new(), disabled: false });
        }
        if let Err(why) = office::new_grant(name, &grant, self.unlisted, &self.all, self.today) {
            if new.is_some() {
                self.all.pop();
            }
            return Err(why);
        }
        if let Some(user) = self.all.iter_mut().find(|user| user.name == name) {
            user.grants.push(grant.clone());
        }
        self.roster.users.extend(new);
        self.roster.grants.push((name.to_owned(), grant.clone()));
        self.asked.push((line, name.to_owned(), grant));
        Ok(())
    }
}

fn role(text: &str) -> Result<Role> {
    let role = Role::from_label(text).unwrap_or_else(|| Role::from_code(text));
    if role.is_known() { Ok(role) } else { Err(Error::Config(format!("没有这种角色：{text}"))) }
}

fn region(text: &str) -> Result<RegionCode> {
    text.parse().map_err(|_| Error::Config(format!("地区代码应为 2、4、6、9 或 12 位数字：{text}")))
}

fn day(text: &str) -> Result<Option<NaiveDate>> {
    if text.is_empty() {
        return Ok(None);
    }
    let read = text.replace(['/', '.'], "-").parse();
    read.map(Some).map_err(|_| Error::Config(format!("日期应写成 2027-01-31：{text}")))
}

/// Rows that are not empty, each with the number of the line on which it begins. Cells may stand in quotes.
fn rows(text: &str) -> Vec<(usize, Vec<String>)> {
    let first = text.lines().next().unwrap_or_default();
    let between =
        [',', '\t', ';', '，'].into_iter().max_by_key(|sign| first.matches(*sign).count()).unwrap_or(',');
    let (mut rows, mut cells, mut cell) = (Vec::new(), Vec::new(), String::new());
    let (mut line, mut begun, mut quoted) = (1, 1, false);
    let mut signs = text.chars().peekable();
    let mut ends = |cells: &mut Vec<String>, begun: usize| {
        if cells.iter().any(|cell: &String| !cell.trim().is_empty()) {
            rows.push((begun, std::mem::take(cells)));
        }
        cells.clear();
    };
    while let Some(sign) = signs.next() {
        match sign {
            '"' if quoted && signs.peek() == Some(&'"') => {
                signs.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            '\n' => {
                line += 1;
                if quoted {
                    cell.push('\n');
                } else {
                    cells.push(std::mem::take(&mut cell));
                    ends(&mut cells, begun);
                    begun = line;
                }
            }
            '\r' => {}
            sign if sign == between && !quoted => cells.push(std::mem::take(&mut cell)),
            sign => cell.push(sign),
        }
    }
    cells.push(cell);
    ends(&mut cells, begun);
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 10, 5).unwrap()
    }

    const TABLE: &str = "登录名,姓名,角色,地区,起,止\n\
        wang,王丽丽,专干,340323100,,\n\
        zhao,\"赵, 主任\",supervisor,340323,元旦,2027-12-31\n\
        wang,王丽丽,worker,340323104,,\n";

    #[test]
    fn a_table_asks_for_what_is_new_and_once() {
        let roster = read(TABLE, false, &[], day()).unwrap_err().to_string();
        assert!(roster.contains("第 3 行") && roster.contains("元旦"), "{roster}");
        let table = TABLE.replace("元旦", "2027/1/1");
        let roster = read(&table, false, &[], day()).unwrap();
        assert_eq!(roster.users, [("wang".into(), "王丽丽".into()), ("zhao".into(), "赵, 主任".into())]);
        assert_eq!(roster.grants.len(), 3);
        let user = |name: &str, display: &str| User {
            id: Uuid::nil(),
            name: name.into(),
            display_name: display.into(),
            grants: roster
                .grants
                .iter()
                .filter(|(user, _)| user == name)
                .map(|(_, grant)| grant.clone())
                .collect(),
            disabled: false,
        };
        let all = [user("wang", "王丽丽"), user("zhao", "赵, 主任")];
        let again = read(&table, false, &all, day()).unwrap();
        assert_eq!(again, Roster { known: 3, ..Roster::default() });
    }

    #[test]
    fn a_row_that_stands_twice_is_told_and_counts_once() {
        let table = "登录名,姓名,角色,地区,起,止\n\
            wang,王丽丽,专干,340323100,,\n\
            wang,王丽丽,专干,340323104,,\n\
            wang,,worker,340323100,,\n";
        let roster = read(table, false, &[], day()).unwrap();
        assert_eq!((roster.users.len(), roster.grants.len(), roster.known), (1, 2, 0));
        assert_eq!(roster.notes, ["第 4 行与第 2 行相同，只算一次"]);
    }

    #[test]
    fn a_table_that_is_read_again_gives_nothing_back() {
        let table = "登录名,姓名,角色,地区,起,止\n\
            wang,王丽丽,专干,340323100,,\n\
            wang,王丽丽,专干,340323104,2026-01-01,\n\
            wang,王丽丽,审核人,340323104,,2027-12-31\n";
        let mut roster = read(table, false, &[], day()).unwrap();
        for ((_, grant), end) in roster.grants.iter_mut().zip(["2026-10-04", "2026-10-04", "2026-12-31"]) {
            grant.to = Some(end.parse().unwrap());
        }
        let grants = roster.grants.into_iter().map(|(_, grant)| grant).collect();
        let wang = User {
            id: Uuid::nil(),
            name: "wang".into(),
            display_name: "王丽丽".into(),
            grants,
            disabled: false,
        };
        let again = read(table, false, std::slice::from_ref(&wang), day()).unwrap();
        assert_eq!((again.users.len(), again.grants.len(), again.known), (0, 0, 0));
        let told = |n: usize, words: &str| assert!(again.notes[n].contains(words), "{}", again.notes[n]);
        told(0, "第 2 行：wang 在谷阳镇 340323100的专干授权后来已经终止，没有恢复");
        told(1, "第 3 行");
        told(2, "已经改为到 2026-12-31 止");
        // With a day of its own it is a new one.
        let wanted = "登录名,姓名,角色,地区,起\nwang,王丽丽,专干,340323100,2026-10-05\n";
        assert_eq!(read(wanted, false, &[wang], day()).unwrap().grants.len(), 1);
    }

    #[test]
    fn every_row_that_is_wrong_is_named_and_nothing_is_done() {
        let table = "登录名\t姓名\t角色\t地区\n\
            wang\t王丽丽\t专干\t340323100\n\
            x y\t某人\t专干\t340323100\n\
            li\t李某\t国王\t340323100\n\
            wu\t吴某\t专干\t999999999\n\
            WANG\t王某\t专干\t340323104\n\
            wang\t别人\t专干\t340323104\n";
        let why = read(table, false, &[], day()).unwrap_err().to_string();
        for words in
            ["第 3 行：登录名中间", "第 4 行：没有这种角色", "第 5 行：名单里没有", "第 6 行", "第 7 行"]
        {
            assert!(why.contains(words), "{words} in {why}");
        }
        assert!(!why.contains("第 2 行"));
        assert!(read("姓名,角色\n", false, &[], day()).unwrap_err().to_string().contains("登录名、地区"));
        assert!(read("", false, &[], day()).is_err());
    }
}
