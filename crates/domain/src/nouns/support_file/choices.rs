//! What may be chosen in a file.

use crate::codes::codes;

codes! {
    /// 家庭类别.
    LossCategory {
        Death = "death", "死亡";
        Disability = "disability", "伤残";
    }
}

codes! {
    /// Whether the family draws special assistance (特扶).
    Assistance {
        Yes = "yes", "是";
        No = "no", "否";
    }
}

codes! {
    /// How the family wishes to be approached. A refusal is respected.
    ContactPreference {
        Welcome = "welcome", "欢迎上门";
        PhoneOnly = "phone_only", "仅电话联系";
        Declined = "declined", "暂不希望联系";
    }
}

codes! {
    /// State of the file.
    FileStatus {
        Active = "active", "在册";
        MovedOut = "moved_out", "已迁出";
        Closed = "closed", "已结档";
    }
}
