use super::*;

fn day(y: i32, m: u32, d: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(y, m, d).unwrap()
}

fn today(day: NaiveDate) -> Today {
    Today { day: Some(day), latest: day }
}

fn of(texts: &[&str]) -> (Option<i32>, Option<u32>) {
    let period = Period::of(texts.iter().copied(), today(day(2027, 1, 3)));
    (period.year, period.month)
}

#[test]
fn titles_give_the_month() {
    for (title, year, month) in [
        ("2026年10月东关社区走访记录", Some(2026), Some(10)),
        ("services-2026-10.xlsx", Some(2026), Some(10)),
        ("走访202609", Some(2026), Some(9)),
        ("走访记录（２０２６年９月）", Some(2026), Some(9)),
        ("2026年度", Some(2026), None),
        ("2026年1-10月走访汇总", Some(2026), None),
        ("2026年第四季度", Some(2026), None),
        ("2025-2026年度", None, None),
        ("第3季度 13900001111", None, None),
        ("固卫协〔2025〕17号", None, None),
        ("根据固卫协[2025] 17 号文要求，2026年10月走访", Some(2026), Some(10)),
        ("固计协（2025）第17号", None, None),
        ("固计协2025年17号文", None, None),
        ("12月走访", Some(2026), Some(12)),
        ("1月走访", Some(2027), Some(1)),
        ("近3月未走访", None, None),
    ] {
        assert_eq!(of(&[title]), (year, month), "{title}");
    }
}

#[test]
fn titles_that_disagree_are_not_believed() {
    assert_eq!(of(&["2026年9月走访", "10月"]), (Some(2026), None));
    assert_eq!(of(&["2026年走访", "10月"]), (Some(2026), Some(10)));
    let torn = Period::of(["2025年10月走访", "走访2026-10.xlsx"].into_iter(), today(day(2026, 11, 2)));
    assert!(torn.torn && torn.day(10, 5).is_none());
}

#[test]
fn the_day_of_typing_is_no_title() {
    let period = Period::of(["刘集镇走访记录", "填报时间：2027年1月2日"].into_iter(), today(day(2027, 6, 1)));
    assert_eq!((period.year, period.month), (None, None));
    assert_eq!(period.day(12, 28), Some(day(2026, 12, 28)));
    assert_eq!(period.day(1, 2), Some(day(2027, 1, 2)));
}

#[test]
fn while_the_clock_is_wrong_nothing_is_guessed_by_it() {
    let wrong = Today { day: None, latest: day(2036, 1, 1) };
    let bare = Period::of(["走访"].into_iter(), wrong);
    assert!(bare.year_is_unknown() && bare.day(10, 5).is_none());
    let titled = Period::of(["2026年10月走访"].into_iter(), wrong);
    assert_eq!(titled.day(10, 5), Some(day(2026, 10, 5)));
    let typed = Period::of(["走访", "填报时间：2026年11月2日"].into_iter(), wrong);
    assert_eq!(typed.day(10, 5), Some(day(2026, 10, 5)));
}

#[test]
fn the_turn_of_the_year() {
    let december = Period::of(["2026年12月走访"].into_iter(), today(day(2027, 1, 20)));
    assert_eq!(december.day(1, 3), Some(day(2027, 1, 3)));
    assert!(december.excludes(day(2027, 1, 3)));
    let january = Period::of(["2027年1月走访"].into_iter(), today(day(2027, 1, 20)));
    assert_eq!(january.day(12, 29), Some(day(2026, 12, 29)));
}
