//! What a password must be. The store refuses short ones too; here it is said in full, beside the field.

use tiexin_domain::Problem;

const SHORTEST: usize = 8;

/// What is wrong with a new password for somebody of this sign-in name.
pub(crate) fn problems(field: &str, password: &str, name: &str, display_name: &str) -> Vec<Problem> {
    let refuse = |code, message: &str| vec![Problem::new(field, code, message)];
    if password.chars().count() < SHORTEST {
        return refuse("password_short", "密码至少 8 位，请再长一些，例如两三个词加数字");
    }
    let same = |other: &str| !other.is_empty() && password.to_lowercase().contains(&other.to_lowercase());
    let longest_name = [name, display_name].into_iter().max_by_key(|n| n.chars().count()).unwrap_or_default();
    if password.eq_ignore_ascii_case(name)
        || password == display_name
        || (longest_name.chars().count() >= 4 && same(longest_name))
    {
        return refuse("password_is_name", "密码不能用自己的登录名或姓名，请换一个别人猜不到的");
    }
    let first = password.chars().next();
    if password.chars().all(|c| Some(c) == first) {
        return refuse("password_simple", "密码不能是同一个字符重复，请换一个");
    }
    Vec::new()
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
    fn short_ones_and_names_are_refused() {
        let code =
            |password| problems("password", password, "wanglili", "王丽丽").first().map(|p| p.code.clone());
        assert_eq!(code("1234567").as_deref(), Some("password_short"));
        assert_eq!(code("WangLiLi").as_deref(), Some("password_is_name"));
        assert_eq!(code("wanglili2026").as_deref(), Some("password_is_name"));
        assert_eq!(code("aaaaaaaaaa").as_deref(), Some("password_simple"));
        assert_eq!(code("石榴树下的猫猫"), Some("password_short".into()));
        assert_eq!(code("石榴树下有三只猫"), None);
        assert!(name_problems("a b", "").len() == 2);
    }
}
