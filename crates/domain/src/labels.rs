//! What the office calls fields, for histories, audits and lists of troubles.

/// What a field of a newer program is called: nobody in an office reads codes.
const NEWER: &str = "新版程序的栏目";

/// The Chinese name of a field.
pub fn field(kind: &str, field: &str) -> String {
    known(kind, field).unwrap_or(NEWER).to_owned()
}

/// None: a field of a newer program.
pub fn known(kind: &str, field: &str) -> Option<&'static str> {
    let special = match (kind, field) {
        ("visit", "kind") => Some("走访类型"),
        ("visit", "date") => Some("走访日期"),
        ("visit", "note") => Some("走访情况"),
        ("activity", "name") => Some("活动名称"),
        ("activity", "head") => Some("负责人"),
        ("member", "name") | ("volunteer", "name") => Some("姓名"),
        ("support_file", "code") => Some("信息编码"),
        ("need_survey", "date") => Some("调查日期"),
        ("counselling", "date") => Some("服务日期"),
        _ => None,
    };
    special.or_else(|| common(field))
}

/// The fields of a deed, each word once; who recorded it and when stands beside it anyway.
pub fn fields(kind: &str, fields: &[String]) -> Vec<String> {
    let mut words = Vec::new();
    for word in fields.iter().filter(|name| !name.starts_with("recorded_")).map(|name| field(kind, name)) {
        if !words.contains(&word) {
            words.push(word);
        }
    }
    words
}

fn common(field: &str) -> Option<&'static str> {
    Some(match field {
        "region" => "地区",
        "recorded_by" | "recorded_by_id" => "登记人",
        "recorded_at" => "登记时间",
        "household" => "家庭",
        "file" => "台账",
        "person" => "人员",
        "persons" => "人员",
        "head" | "head_name" => "户主",
        "kinds" => "家庭类别",
        "hardship" => "困难原因",
        "registered_address" => "户籍地址",
        "current_address" => "现居住地址",
        "merged_into" => "并入的登记",
        "void" => "作废原因",
        "moved_from" => "迁出地",
        "moved_on" => "迁移时间",
        "moved_why" => "迁移原因",
        "phone" => "联系电话",
        "notes" => "备注",
        "name" => "姓名",
        "relation" => "与户主关系",
        "sex" => "性别",
        "birth" => "出生日期",
        "lunar_birthday" => "按农历过生日",
        "id_number" => "身份证号",
        "marriage" => "婚姻",
        "health" => "健康状况",
        "politics" => "政治面貌",
        "tags" => "重点服务对象",
        "died_on" => "离世时间",
        "deceased" => "已离世",
        "category" => "家庭类别",
        "disability_grade" => "残疾等级",
        "disability_card" => "残疾人证号",
        "child_name" => "孩子姓名",
        "loss_date" => "发生时间",
        "loss_cause" => "原因",
        "assistance" => "特扶",
        "assistance_from" => "特扶开始",
        "assistance_to" => "特扶结束",
        "doctor" => "签约医生",
        "doctor_signed_on" => "签约日期",
        "hospital" => "绿色通道医院",
        "policy" => "保险单号",
        "emergency_contact" => "紧急联系人",
        "preference" => "联系意愿",
        "preference_on" => "问到意愿的日期",
        "status" => "台账状态",
        "status_reason" => "变动原因",
        "opened_on" => "建档日期",
        "anniversary" => "纪念日提醒",
        "township_leader" => "镇联系人",
        "village_worker" => "村联系人",
        "from" => "开始日期",
        "to" => "结束日期",
        "handover_note" => "交接说明",
        "date" => "日期",
        "owner" => "所属记录",
        "owner_kind" => "所属种类",
        "what" => "附件种类",
        "sha256" | "bytes" | "mime" | "width" | "height" => "附件内容",
        "thumb_sha256" | "thumb_bytes" => "缩略图",
        "taken_at" => "拍摄日期",
        "time" => "时间",
        "kind" => "类型",
        "festival" => "节日",
        "met" => "见到的人",
        "visitors" => "走访人",
        "presence" => "见面情况",
        "note" => "情况",
        "needs" => "需求",
        "living" => "生活",
        "safety" => "居家安全",
        "gifts" => "慰问品",
        "follow_up" => "下次跟进",
        "contact_reason" => "联系原因",
        "insured" => "被保险人",
        "days" => "住院天数",
        "amount" => "理赔金额",
        "paid_on" => "理赔日期",
        "counsellor" => "咨询师",
        "paired" => "一对一结对",
        "file_opened" => "建档",
        "assessed" => "测评",
        "scale" => "量表",
        "score" => "得分",
        "session_note" => "谈话记录",
        "structure" => "会员类型",
        "residence" => "居住",
        "group" => "会员小组",
        "joined" => "入会时间",
        "left" => "退会时间",
        "wants_notices" => "接收通知",
        "approval" => "审核",
        "approved_on" => "通过时间",
        "skills" => "特长",
        "team" => "服务队",
        "minutes" => "服务时长",
        "project" => "所属项目",
        "key_task" => "重点任务",
        "place" => "地点",
        "start" => "开始时间",
        "end" => "结束时间",
        "headcount" => "参加人数",
        "sign_ins" => "签到会员",
        "handouts" => "发放资料",
        "money" => "经费",
        "summary" => "小结",
        "archived" => "已归档",
        "record" => "所处理的登记",
        "record_kind" => "登记种类",
        "choice" | "decision" => "处理结果",
        "stays" => "保留的登记",
        "gives_way" => "并入的登记",
        "turned" => "转过去的登记",
        "took" => "采用的内容",
        "author" | "author_name" => "原登记人",
        "device" | "incarnation" | "seq" => "所处理的修改",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nouns::{self, Kind};

    #[test]
    fn fields_have_their_office_names() {
        assert_eq!(field("person", "id_number"), "身份证号");
        assert_eq!(field("visit", "date"), "走访日期");
        assert_eq!(field("household", "head"), "户主");
        assert_eq!(field("activity", "head"), "负责人");
        assert_eq!(field("visit", "from_the_future"), "新版程序的栏目");
    }

    #[test]
    fn every_field_of_every_kind_has_a_name() {
        for kind in Kind::ALL {
            for shape in nouns::fields(kind.code()) {
                assert!(known(kind.code(), shape.name).is_some(), "{kind:?}.{}", shape.name);
            }
        }
    }

    #[test]
    fn fields_that_share_a_word_are_named_once() {
        let set = ["sha256", "bytes", "what", "recorded_by", "thumb_sha256", "thumb_bytes"].map(String::from);
        assert_eq!(fields("attachment", &set), ["附件内容", "附件种类", "缩略图"]);
    }
}
