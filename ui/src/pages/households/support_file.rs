//! 特殊家庭台账. A list never tells the loss; the form keeps it behind a fold.

use crate::components::Sign;
use crate::record::Noun;

pub(crate) static SUPPORT_FILE: Noun = Noun { kind: "support_file", sign: Sign::Heart };
