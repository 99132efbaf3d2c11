use super::*;

fn day(y: i32, m: u32, d: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(y, m, d).unwrap()
}

fn today(day: NaiveDate) -> crate::plan::values::Today {
    crate::plan::values::Today { day: Some(day), latest: day }
}

fn october() -> Period {
    Period::of(std::iter::once("2026年10月走访"), today(day(2026, 11, 2)))
}

#[test]
fn times_of_activities() {
    let at = |text: &str, same| moment(&Cell::Text(text.into()), &october(), same);
    let clock = |h, m| Ok(Some(day(2026, 10, 12).and_hms_opt(h, m, 0).unwrap()));
    for (text, want) in [
        ("2026-10-12 09:00", clock(9, 0)),
        ("2026/10/12 9:00:00", clock(9, 0)),
        ("2026年10月12日 下午3时30分", clock(15, 30)),
        ("10月12日上午９：００", clock(9, 0)),
        ("10.12", clock(0, 0)),
        ("12日", clock(0, 0)),
        ("", Ok(None)),
        ("2026年10月", Err(None)),
        ("10月32日", Err(None)),
    ] {
        assert_eq!(at(text, None), want, "{text}");
    }
    assert_eq!(at("11:30", Some(day(2026, 10, 12))), clock(11, 30));
}

#[test]
fn numbers_that_are_days() {
    let read =
        |value: f64, places: Option<u8>| date(&Cell::Number(Number { value, places }), Some(&october()));
    let is = |d: u32| Dated::Is(PartialDate::Day(day(2026, 10, d)));
    for (value, places, wanted) in [
        (10.1, Some(2), Some(is(10))),
        (10.2, Some(2), Some(is(20))),
        (10.05, Some(2), Some(is(5))),
        (10.15, None, Some(is(15))),
        (10.4, None, Some(is(4))),
        (10.1, None, None),
        (10.3, Some(1), None),
        (10.15, Some(1), None),
        (10.15, Some(0), None),
        (46321.0, None, Some(is(26))),
        (2016.11, None, Some(Dated::Is(PartialDate::Month(2016, 11)))),
        (2016.1, Some(2), Some(Dated::Is(PartialDate::Month(2016, 10)))),
        (2016.1, None, None),
        (201_805.0, None, Some(Dated::Is(PartialDate::Month(2018, 5)))),
        (20_180_503.0, None, Some(Dated::Is(PartialDate::Day(day(2018, 5, 3))))),
        (20_185.0, None, None),
        (2016.0, None, Some(Dated::Is(PartialDate::Year(2016)))),
        (201_813.0, None, Some(Dated::Wrong)),
    ] {
        let found = read(value, places);
        match wanted {
            Some(wanted) => assert_eq!(found, wanted, "{value} {places:?}"),
            None => assert!(matches!(found, Dated::Unclear(_)), "{value} {places:?}: {found:?}"),
        }
    }
    // February has no thirtieth: 2.3 is one day only.
    let february = Period::of(std::iter::once("2026年2月走访"), today(day(2026, 3, 2)));
    assert_eq!(
        date(&Cell::Number(Number::general(2.3)), Some(&february)),
        Dated::Is(PartialDate::Day(day(2026, 2, 3)))
    );
}

#[test]
fn a_moment_with_a_zone_is_the_day_in_china() {
    let read = |text: &str| date(&Cell::Text(text.into()), None);
    let is = |y, m, d| Dated::Is(PartialDate::Day(day(y, m, d)));
    assert_eq!(read("2026-10-05T16:00:00.000Z"), is(2026, 10, 6));
    assert_eq!(read("2026-09-30T16:00:00Z"), is(2026, 10, 1));
    assert_eq!(read("2026-10-05T09:00:00+08:00"), is(2026, 10, 5));
    assert_eq!(read("2026-10-05T09:00:00"), is(2026, 10, 5));
}

#[test]
fn dates_in_words_and_of_several_days() {
    let october = october();
    let read = |text: &str| date(&Cell::Text(text.into()), Some(&october));
    for text in ["十月五日", "二〇二六年十月五日", "2026、10、5", "10、5"] {
        assert_eq!(read(text), Dated::Is(PartialDate::Day(day(2026, 10, 5))), "{text}");
    }
    assert_eq!(read("十月二十五日"), Dated::Is(PartialDate::Day(day(2026, 10, 25))));
    assert_eq!(read("十月十五日"), Dated::Is(PartialDate::Day(day(2026, 10, 15))));
    assert_eq!(read("十月三十日"), Dated::Is(PartialDate::Day(day(2026, 10, 30))));
    for text in ["10.5-10.7", "10月5日至7日", "农历八月十五"] {
        assert!(matches!(read(text), Dated::Unclear(_)), "{text}");
    }
    for text in ["八月十五", "8月十五", "五月初五", "冬月廿三", "一九五六年八月十五"]
    {
        assert_eq!(read(text), Dated::Unclear(LUNAR.into()), "{text}");
        assert_eq!(moment(&Cell::Text(format!("{text} 9:00")), &october, None), Err(Some(LUNAR.into())));
    }
    assert_eq!(read("2026-10-5"), Dated::Is(PartialDate::Day(day(2026, 10, 5))));
    assert_eq!(read("10-5"), Dated::Is(PartialDate::Day(day(2026, 10, 5))));
}

#[test]
fn texts_that_are_dates() {
    let read = |text: &str, period| date(&Cell::Text(text.into()), period);
    let october = october();
    assert_eq!(read("10.10", Some(&october)), Dated::Is(PartialDate::Day(day(2026, 10, 10))));
    assert_eq!(read("201805", None), Dated::Is(PartialDate::Month(2018, 5)));
    assert_eq!(read("20185", None), Dated::Is(PartialDate::Month(2018, 5)));
    assert_eq!(read("201805.0", None), Dated::Is(PartialDate::Month(2018, 5)));
    assert_eq!(read("10月5日", None), Dated::Wrong);
    assert_eq!(read("2月30日", Some(&october)), Dated::Wrong);
    assert_eq!(read("无", Some(&october)), Dated::Nothing);
}
