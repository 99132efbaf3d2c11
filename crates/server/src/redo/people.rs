//! The people of whom statements tell.

use std::collections::BTreeMap;

use tiexin_domain::access::User;
use tiexin_protocol::statement::Standing;
use uuid::Uuid;

use super::Stands;

/// The people of the statements as the book knows them, or will.
pub(super) struct People {
    /// By the id of the statements.
    pub(super) by_id: BTreeMap<Uuid, User>,
}

impl People {
    /// The newest that was said of each user and when, and which of them the book lacks. Who was added again by hand
    /// since is known by the sign-in name.
    pub(super) fn of(said: &[Standing], stands: &Stands) -> (People, Vec<User>, BTreeMap<Uuid, (i64, User)>) {
        let mut newest: BTreeMap<Uuid, (i64, &User)> = BTreeMap::new();
        for one in said {
            for user in &one.users {
                let held = newest.entry(user.id).or_insert((one.told, user));
                if held.0 < one.told {
                    *held = (one.told, user);
                }
            }
        }
        let (mut by_id, mut lacking) = (BTreeMap::new(), Vec::new());
        by_id.extend(stands.users.iter().map(|user| (user.id, user.clone())));
        for (id, (_, user)) in &newest {
            if by_id.contains_key(id) {
                continue;
            }
            let same =
                stands.users.iter().find(|known| known.name.to_lowercase() == user.name.to_lowercase());
            if same.is_none() {
                lacking.push((*user).clone());
            }
            let empty = User { grants: Vec::new(), disabled: false, ..(*user).clone() };
            by_id.insert(*id, same.cloned().unwrap_or(empty));
        }
        let said = newest.into_iter().map(|(id, (told, user))| (id, (told, user.clone()))).collect();
        (People { by_id }, lacking, said)
    }
}
