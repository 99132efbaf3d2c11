//! 三个全覆盖 (`association.md` §2.15): how many of the families have both contacts, a doctor, a green channel.

use std::collections::BTreeMap;

use tiexin_contract::today::{Covered, Share};
use tiexin_domain::nouns::support_file::Doctor;
use tiexin_store::DueFile;
use uuid::Uuid;

/// The files of each family: one of two files is one.
pub(super) fn by_family(files: &[DueFile]) -> BTreeMap<Uuid, Vec<&DueFile>> {
    let mut homes: BTreeMap<Uuid, Vec<&DueFile>> = BTreeMap::new();
    for file in files {
        homes.entry(file.household).or_default().push(file);
    }
    homes
}

/// A family is covered where either of its files says so.
pub(super) fn covered(files: &[DueFile]) -> Covered {
    let mut covered = Covered::default();
    for files in by_family(files).values() {
        if !files.iter().any(|file| file.declined()) {
            count(&mut covered.contacts, files.iter().any(|file| file.has_contacts()));
        }
        if !files.iter().any(|file| file.doctor == Doctor::NotWished) {
            count(&mut covered.doctor, files.iter().any(|file| file.doctor == Doctor::Signed));
        }
        count(&mut covered.channel, files.iter().any(|file| file.channel));
    }
    covered
}

fn count(share: &mut Share, is_covered: bool) {
    share.of += 1;
    share.covered += u64::from(is_covered);
}
