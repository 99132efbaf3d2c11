//! 特殊家庭台账. A list never tells the loss; the form keeps it behind a fold.

use crate::components::list::{Column, Show};
use crate::components::{Sign, options};
use crate::record::Noun;
use tiexin_contract::records::Sort;
use tiexin_domain::nouns::support_file::{ContactPreference, FileStatus};

pub(crate) static SUPPORT_FILE: Noun = Noun {
    kind: "support_file",
    label: "特殊家庭台账",
    add: "登记家庭",
    unit: "户",
    sign: Sign::Heart,
    empty: ("这里是需要多走动的家庭", "登记一户，或者把现有的特殊家庭台账整本导入。"),
    columns: || {
        vec![
            Column::new("head_name", "户主").width(7),
            Column::new("code", "信息编码").width(11).spare(),
            Column::place(),
            Column::contacts(),
            Column::last_visit(),
            Column::new("preference", "联系意愿").show(Show::Code(options::<ContactPreference>)).width(9),
            Column::new("status", "台账").show(Show::Code(options::<FileStatus>)).width(7).spare(),
            Column::file_gaps(),
            Column::state(),
        ]
    },
    sort: || Some(Sort { field: "head_name".into(), descending: false }),
    fields: tiexin_forms::kinds::support_file,
};
