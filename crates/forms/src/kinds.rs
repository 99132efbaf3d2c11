//! The fields of each kind's own form, most used first, the rest folded.

use crate::support::CHILD;
use crate::{FieldKind, FormField, Start, options};
use tiexin_domain::Sex;
use tiexin_domain::nouns::activity::{KeyTask, ProjectColumn};
use tiexin_domain::nouns::household::HouseholdKind;
use tiexin_domain::nouns::member::{MemberStructure, Residence};
use tiexin_domain::nouns::person::{PersonTag, Relation};
use tiexin_domain::nouns::support_file::{Assistance, ContactPreference, FileStatus, LossCategory};
use tiexin_domain::nouns::volunteer::Approval;

/// What gives the fields of a kind's form.
pub type FieldsOf = fn() -> Vec<FormField>;

/// Every kind with a form of its own. A visit's is in [`crate::visit`].
pub const KINDS: &[(&str, FieldsOf)] = &[
    ("household", household),
    ("support_file", support_file),
    ("person", person),
    ("contact_pair", contact_pair),
    ("need_survey", need_survey),
    ("insurance_claim", insurance_claim),
    ("counselling", counselling),
    ("member", member),
    ("volunteer", volunteer),
    ("activity", activity),
];

pub fn household() -> Vec<FormField> {
    vec![
        FormField::new("head_name", "户主", FieldKind::Text).required(),
        FormField::new("region", "所在村（社区）", FieldKind::Region).required().start(Start::Here),
        FormField::new("current_address", "现居住地址", FieldKind::Text),
        FormField::new("registered_address", "户籍地址", FieldKind::Text),
        FormField::new("phone", "联系电话", FieldKind::Text).hint("手机或带区号的座机，没有就写“无”"),
        FormField::new("hardship", "困难原因", FieldKind::Tags).hint("写一项按回车"),
        FormField::new("notes", "备注", FieldKind::Long),
        FormField::new("kinds", "家庭类别", FieldKind::Codes(options::<HouseholdKind>)).folded("更多"),
    ]
}

pub fn support_file() -> Vec<FormField> {
    const HELP: &str = "扶助和医疗";
    vec![
        FormField::new("code", "信息编码", FieldKind::Text),
        FormField::new("preference", "联系意愿", FieldKind::Code(options::<ContactPreference>)),
        FormField::new("preference_on", "问到意愿的日期", FieldKind::Day),
        FormField::new("emergency_contact", "紧急联系人", FieldKind::Text),
        FormField::new("phone", "紧急联系电话", FieldKind::Text),
        FormField::new("assistance", "享受特别扶助", FieldKind::Code(options::<Assistance>)).folded(HELP),
        FormField::new("assistance_from", "扶助开始", FieldKind::PartialDay).folded(HELP),
        FormField::new("assistance_to", "扶助结束", FieldKind::PartialDay).folded(HELP),
        FormField::new("doctor", "签约家庭医生", FieldKind::Text).folded(HELP),
        FormField::new("doctor_signed_on", "签约日期", FieldKind::PartialDay).folded(HELP),
        FormField::new("hospital", "就医绿色通道医院", FieldKind::Text).folded(HELP),
        FormField::new("policy", "保险单号", FieldKind::Text).folded(HELP),
        FormField::new("category", "家庭类别", FieldKind::Code(options::<LossCategory>))
            .required()
            .folded(CHILD),
        FormField::new("child_name", "孩子的姓名", FieldKind::Text).folded(CHILD),
        FormField::new("loss_date", "时间", FieldKind::PartialDay).folded(CHILD),
        FormField::new("loss_cause", "原因", FieldKind::Text).folded(CHILD),
        FormField::new("disability_grade", "残疾等级", FieldKind::Text).folded(CHILD),
        FormField::new("disability_card", "残疾人证号", FieldKind::Text).folded(CHILD),
        FormField::new("anniversary", "家人愿意在纪念日得到问候", FieldKind::Flag).folded(CHILD),
        FormField::new("status", "台账状态", FieldKind::Code(options::<FileStatus>))
            .required()
            .folded("台账"),
        FormField::new("status_reason", "变动原因", FieldKind::Text).folded("台账"),
        FormField::new("opened_on", "建档日期", FieldKind::Day).folded("台账"),
        FormField::new("notes", "备注", FieldKind::Long).folded("台账"),
    ]
}

pub fn person() -> Vec<FormField> {
    vec![
        FormField::new("household", "家庭", FieldKind::Carried),
        FormField::new("name", "姓名", FieldKind::Text).required(),
        FormField::new("relation", "与户主关系", FieldKind::Code(options::<Relation>)),
        FormField::new("sex", "性别", FieldKind::Code(options::<Sex>)),
        FormField::new("birth", "出生日期", FieldKind::PartialDay),
        FormField::new("id_number", "身份证号", FieldKind::Text).hint("一时没有可以先空着"),
        FormField::new("phone", "联系电话", FieldKind::Text).hint("没有就写“无”"),
        FormField::new("lunar_birthday", "生日按农历过", FieldKind::Flag),
        FormField::new("region", "所在村（社区）", FieldKind::Region).required().start(Start::Here),
        FormField::new("tags", "重点服务对象", FieldKind::Codes(options::<PersonTag>)).folded("更多"),
        FormField::new("marriage", "婚姻", FieldKind::Text).folded("更多"),
        FormField::new("health", "健康状况", FieldKind::Text).folded("更多"),
        FormField::new("politics", "政治面貌", FieldKind::Text).folded("更多"),
        FormField::new("died_on", "离世时间", FieldKind::PartialDay).folded("更多"),
        FormField::new("deceased", "已离世（时间不详）", FieldKind::Flag).folded("更多"),
        FormField::new("notes", "备注", FieldKind::Long).folded("更多"),
    ]
}

pub fn contact_pair() -> Vec<FormField> {
    vec![
        FormField::new("household", "家庭", FieldKind::Carried),
        FormField::new("file", "台账", FieldKind::Carried),
        FormField::new("region", "所在村（社区）", FieldKind::Carried),
        FormField::new("township_leader", "镇联系人", FieldKind::Text),
        FormField::new("village_worker", "村联系人", FieldKind::Text),
        FormField::new("from", "从哪天起", FieldKind::DayNear).start(Start::Today),
        FormField::new("to", "到哪天止", FieldKind::DayNear).hint("平时空着；以后换人时会自动填上"),
        FormField::new("handover_note", "交接说明", FieldKind::Long),
    ]
}

pub fn need_survey() -> Vec<FormField> {
    vec![
        FormField::new("household", "哪一家", FieldKind::Family).required(),
        FormField::new("date", "日期", FieldKind::Day).required().start(Start::Today),
        FormField::new("persons", "被调查人", FieldKind::People).required(),
        FormField::new("needs", "主要需求", FieldKind::Tags).hint("写一项按回车，如 就医、养老、陪伴"),
        FormField::new("notes", "备注", FieldKind::Long),
        FormField::new("region", "所在村（社区）", FieldKind::Region)
            .required()
            .start(Start::Here)
            .folded("更多"),
    ]
}

pub fn insurance_claim() -> Vec<FormField> {
    vec![
        FormField::new("household", "哪一家", FieldKind::Family).required(),
        FormField::new("insured", "被保险人", FieldKind::Person).required(),
        FormField::new("paid_on", "理赔日期", FieldKind::Day).required().start(Start::Today),
        FormField::new("amount", "理赔金额", FieldKind::Money).required(),
        FormField::new("days", "住院天数", FieldKind::Count),
        FormField::new("policy", "保险单号", FieldKind::Text),
        FormField::new("notes", "备注", FieldKind::Long).folded("更多"),
        FormField::new("region", "所在村（社区）", FieldKind::Region)
            .required()
            .start(Start::Here)
            .folded("更多"),
    ]
}

pub fn counselling() -> Vec<FormField> {
    vec![
        FormField::new("household", "哪一家", FieldKind::Family).required(),
        FormField::new("person", "服务对象", FieldKind::Person).required(),
        FormField::new("date", "日期", FieldKind::Day).required().start(Start::Today),
        FormField::new("counsellor", "咨询师", FieldKind::Text).start(Start::Me),
        FormField::new("paired", "一对一结对", FieldKind::Flag),
        FormField::new("file_opened", "已建档", FieldKind::Flag),
        FormField::new("session_note", "谈话记录", FieldKind::Long).hint("只有您自己看得到"),
        FormField::new("assessed", "做了测评", FieldKind::Flag).folded("测评"),
        FormField::new("scale", "量表", FieldKind::Text).folded("测评"),
        FormField::new("score", "得分", FieldKind::Count).folded("测评"),
        FormField::new("region", "所在村（社区）", FieldKind::Region)
            .required()
            .start(Start::Here)
            .folded("更多"),
    ]
}

pub fn member() -> Vec<FormField> {
    vec![
        FormField::new("name", "姓名或单位名称", FieldKind::Text).required(),
        FormField::new("region", "所在村（社区）", FieldKind::Region).required().start(Start::Village),
        FormField::new("structure", "会员类型", FieldKind::Code(options::<MemberStructure>))
            .required()
            .start(Start::Code("individual")),
        FormField::new("sex", "性别", FieldKind::Code(options::<Sex>)).hint("团体会员不用填"),
        FormField::new("residence", "居住", FieldKind::Code(options::<Residence>))
            .start(Start::Code("resident")),
        FormField::new("id_number", "身份证号", FieldKind::Text).hint("团体会员不用填，一时没有可以先空着"),
        FormField::new("phone", "联系电话", FieldKind::Text).hint("没有就写“无”"),
        FormField::new("group", "会员小组", FieldKind::Text),
        FormField::new("joined", "入会时间", FieldKind::PartialDay).start(Start::Today),
        FormField::new("wants_notices", "愿意接收活动通知", FieldKind::Flag),
        FormField::new("tags", "重点服务对象", FieldKind::Codes(options::<PersonTag>)).folded("更多"),
        FormField::new("left", "退会时间", FieldKind::PartialDay).folded("更多"),
        FormField::new("notes", "备注", FieldKind::Long).folded("更多"),
    ]
}

pub fn volunteer() -> Vec<FormField> {
    vec![
        FormField::new("name", "姓名", FieldKind::Text).required(),
        FormField::new("region", "所在村（社区）", FieldKind::Region).required().start(Start::Village),
        FormField::new("approval", "审核", FieldKind::Code(options::<Approval>))
            .required()
            .start(Start::Code("pending")),
        FormField::new("phone", "联系电话", FieldKind::Text).hint("没有就写“无”"),
        FormField::new("team", "服务队", FieldKind::Text),
        FormField::new("skills", "特长", FieldKind::Tags).hint("写一项按回车，如 理发、陪诊"),
        FormField::new("approved_on", "通过时间", FieldKind::PartialDay),
        FormField::new("minutes", "累计服务时长", FieldKind::Minutes).hint("如 3小时、1小时30分钟"),
        FormField::new("notes", "备注", FieldKind::Long).folded("更多"),
    ]
}

pub fn activity() -> Vec<FormField> {
    vec![
        FormField::new("name", "活动名称", FieldKind::Text).required(),
        FormField::new("start", "开始时间", FieldKind::Moment).required().start(Start::Today),
        FormField::new("project", "所属项目", FieldKind::Code(options::<ProjectColumn>)).required(),
        FormField::new("place", "地点", FieldKind::Text),
        FormField::new("headcount", "参加人数", FieldKind::Count),
        FormField::new("head", "负责人", FieldKind::Text).start(Start::Me),
        FormField::new("region", "举办地", FieldKind::Region).required().start(Start::Here),
        FormField::new("summary", "小结", FieldKind::Long).hint("办了什么，大家反映怎样"),
        FormField::new("key_task", "重点任务", FieldKind::Code(options::<KeyTask>)).folded("更多"),
        FormField::new("end", "结束时间", FieldKind::Moment).folded("更多"),
        FormField::new("handouts", "发放资料（份）", FieldKind::Count).folded("更多"),
        FormField::new("money", "经费", FieldKind::Money).folded("更多"),
        FormField::new("approval", "审核", FieldKind::Text).folded("更多"),
        FormField::new("archived", "资料已归档", FieldKind::Flag).folded("更多"),
    ]
}
