//! What a password must be. The store refuses short ones too; here it is said in full, beside the field.

use tiexin_domain::Problem;

const SHORTEST: usize = 8;

/// Names of so many characters must not stand inside a password either; shorter ones are in many words.
const NAME_INSIDE: usize = 4;

/// What is wrong with a new password for somebody of this sign-in name: every rule that it breaks, in one
/// message beside the field.
pub(crate) fn problems(field: &str, password: &str, name: &str, display_name: &str) -> Vec<Problem> {
    let length = password.chars().count();
    let own = |name: &str| {
        let (password, name) = (password.to_lowercase(), name.to_lowercase());
        !name.is_empty()
            && (password == name || (name.chars().count() >= NAME_INSIDE && password.contains(&name)))
    };
    let mut broken: Vec<(&str, String)> = Vec::new();
    if length < SHORTEST {
        let words = if length == 0 {
            "还没有填写密码".to_owned()
        } else {
            format!("密码只有 {length} 位")
        };
        broken.push(("password_short", format!("{words}，至少要 {SHORTEST} 位")));
    }
    if own(name) {
        broken.push(("password_is_name", "密码里有登录名，别人猜得到".into()));
    }
    if own(display_name) && !name.eq_ignore_ascii_case(display_name) {
        broken.push(("password_is_name", "密码里有姓名，别人猜得到".into()));
    }
    if length > 1 && steps(password).all(|step| step == 0) {
        broken.push(("password_simple", "密码是同一个字符重复，别人猜得到".into()));
    }
    if length > 3 && in_a_row(password) {
        broken.push(("password_simple", "密码是连着的数字或字母，别人猜得到".into()));
    }
    let Some((code, _)) = broken.first() else { return Vec::new() };
    let rules: Vec<&str> = broken.iter().map(|(_, words)| words.as_str()).collect();
    vec![Problem::new(field, code, format!("{}。请换一个，例如两三个词加数字", rules.join("；")))]
}

/// From each character to the next.
fn steps(password: &str) -> impl Iterator<Item = i64> {
    let codes: Vec<i64> = password.to_lowercase().chars().map(|c| i64::from(u32::from(c))).collect();
    (1..codes.len()).map(move |at| codes[at] - codes[at - 1])
}

/// `12345678`, `abcdefgh`, and the same backwards; the nought may stand behind the nine.
fn in_a_row(password: &str) -> bool {
    let plain =
        password.bytes().all(|b| b.is_ascii_digit()) || password.bytes().all(|b| b.is_ascii_alphabetic());
    plain
        && (steps(password).all(|step| matches!(step, 1 | -9))
            || steps(password).all(|step| matches!(step, -1 | 9)))
}

/// What is wrong with a sign-in name.
pub(crate) fn name_problems(name: &str, display_name: &str) -> Vec<Problem> {
    let mut problems = Vec::new();
    if name.trim().is_empty() || name.chars().any(|c| c.is_whitespace() || c.is_control()) {
        problems.push(Problem::new("name", "name_missing", "请填写登录名，中间不要有空格"));
    } else if name.chars().count() > 40 {
        problems.push(Problem::new("name", "name_long", "登录名太长，请不超过 40 个字"));
    }
    if display_name.trim().is_empty() {
        problems.push(Problem::new("display_name", "name_missing", "请填写姓名"));
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_that_is_broken_is_said() {
        let said = |password, name, display| {
            let problems = problems("password", password, name, display);
            problems.first().map(|problem| problem.message.clone()).unwrap_or_default()
        };
        assert_eq!(
            said("1234", "wang", "王丽丽"),
            "密码只有 4 位，至少要 8 位；密码是连着的数字或字母，别人猜得到。请换一个，例如两三个词加数字"
        );
        assert!(said("", "wang", "王丽丽").starts_with("还没有填写密码，至少要 8 位。"));
        assert!(said("wang", "wang", "王丽丽").contains("密码里有登录名"));
        assert!(said("wanglili2026", "wanglili", "王丽丽").starts_with("密码里有登录名"));
        assert!(said("我是欧阳娜娜呀呀", "on", "欧阳娜娜").starts_with("密码里有姓名"));
        assert!(said("啊啊啊啊啊啊啊啊", "on", "王丽丽").starts_with("密码是同一个字符重复"));
        // Neither the password nor a name is repeated.
        assert!(!said("wanglili2026", "wanglili", "王丽丽").contains("wanglili"));
    }

    #[test]
    fn short_ones_and_names_are_refused() {
        let code =
            |password| problems("password", password, "wanglili", "王丽丽").first().map(|p| p.code.clone());
        assert_eq!(code("1234567").as_deref(), Some("password_short"));
        assert_eq!(code("WangLiLi").as_deref(), Some("password_is_name"));
        assert_eq!(code("wanglili2026").as_deref(), Some("password_is_name"));
        assert_eq!(code("aaaaaaaaaa").as_deref(), Some("password_simple"));
        assert_eq!(code("石榴树下的猫猫"), Some("password_short".into()));
        assert_eq!(code("12345678").as_deref(), Some("password_simple"));
        assert_eq!(code("0987654321").as_deref(), Some("password_simple"));
        assert_eq!(code("ABCDEFGH").as_deref(), Some("password_simple"));
        assert_eq!(code("石榴树下有三只猫"), None);
        assert_eq!(code("13572468"), None);
        assert!(name_problems("a b", "").len() == 2);
    }
}
