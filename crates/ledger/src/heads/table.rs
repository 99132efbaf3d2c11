//! The one table of fields and of the heads that mean them. A new synonym is one word here.
//!
//! `{man}` and its like stand for each of a group's words. Words in `hints` are tried when no head is
//! equal: one of each list must stand in the head.

use crate::kind::SheetKind;

/// A field of a kind of sheet.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) code: &'static str,
    pub(crate) label: &'static str,
    /// Heads that mean it, by `|`, with groups.
    pub(crate) heads: &'static str,
    pub(crate) hints: &'static [&'static [&'static str]],
}

/// All that makes a sheet a list of its kind.
#[derive(Debug)]
pub(crate) struct Form {
    pub(crate) kind: SheetKind,
    pub(crate) fields: &'static [Field],
    /// Of each list one must be found; `title` is met by a word of `titles` above the head or on the tab.
    pub(crate) must: &'static [&'static [&'static str]],
    pub(crate) titles: &'static [&'static str],
}

pub(crate) const GROUPS: &[(&str, &str)] = &[
    ("{man}", "男方|丈夫|父亲|男|夫|父|男主人|夫方|父方|爸爸"),
    ("{woman}", "女方|妻子|母亲|女|妻|母|女主人|妻方|母方|妈妈"),
    (
        "{child}",
        "子女情况|子女|孩子|独生子女|死亡子女|伤残子女|失独子女|残疾子女|亡故子女|子女信息|独生子女情况|\
         死亡伤残子女|死亡或伤残子女|孩子情况|子女基本情况|死亡伤残子女情况",
    ),
    ("{name}", "姓名|名字|名"),
    (
        "{id}",
        "身份证|身份证号|身份证号码|身份证件号码|身份证件号|身份证编号|公民身份号码|公民身份证号码|公民身份证号|\
         居民身份证号|居民身份证号码|居民身份证|证件号码|证件号|身份号码|证件编号",
    ),
    (
        "{phone}",
        "联系电话|电话|手机|手机号|手机号码|联系方式|电话号码|联系号码|联系手机|手机电话|固定电话|家庭电话|本人电话|\
         移动电话|常用电话",
    ),
    (
        "{village}",
        "村社区|社区村|村居|居村|村|社区|行政村|所属村|所在村|村居名称|村名|村名称|村委会|居委会|村居委会|村社区名称|所属村居|\
         所属村社区|所在村居|所在村社区|村或社区|村别|村居社区|所属社区|所在社区|社区名称|户籍村|户籍所在村|所属行政村|\
         所在行政村|村居民委员会|村委|村居单位",
    ),
    (
        "{code}",
        "信息编码|家庭编码|档案编号|档案号|家庭编号|信息编号|台账编号|信息码|编码|系统编码|家庭信息编码|户编码|档案编码|\
         特殊家庭编码|特殊家庭信息编码|家庭档案编号|家庭信息编号",
    ),
    (
        "{host}",
        "户主|户主姓名|家庭|走访对象|走访家庭|慰问对象|对象姓名|走访户|被走访户|户名|家庭户主|被走访人|特殊家庭户主|\
         慰问户|户主名字|户主名|走访对象姓名|家庭户主姓名|慰问家庭",
    ),
    ("{seq}", "序号|序|编号|序列|序列号|no|号"),
    ("{notes}", "备注|说明|备注说明|其他说明|备考|附注"),
    ("{pair}", "联系人|双岗联系人|帮扶联系人|包保联系人|结对联系人|帮扶人|双岗|包保人|责任人|双岗联系|帮扶责任人"),
    ("{town}", "镇|乡镇|镇级|乡级|镇街|乡|街道|镇干部|乡镇干部|乡镇级|镇领导|乡镇领导|镇街干部|镇联系人|乡镇街道"),
    ("{worker}", "村|村级|社区|村居|村干部|村专干|村社区|村居干部|社区干部|村级专干|村联系人|村居级|专干"),
    ("{loss}", "死亡|伤残|失独|残疾|亡故|去世|死亡伤残|失独伤残|死亡或伤残|死亡残疾|伤残死亡|失独或伤残|离世"),
    ("{when}", "时间|日期|年月|年月日"),
];

macro_rules! field {
    ($code:literal, $label:literal, $heads:expr) => {
        Field { code: $code, label: $label, heads: $heads, hints: &[] }
    };
    ($code:literal, $label:literal, $heads:expr, $hints:expr) => {
        Field { code: $code, label: $label, heads: $heads, hints: $hints }
    };
}

const FAMILIES: &[Field] = &[
    field!("seq", "序号", "{seq}"),
    field!("village", "村（社区）", "{village}"),
    field!("file_code", "信息编码", "{code}", &[&["编码"]]),
    field!(
        "category",
        "家庭类别",
        "家庭类别|类别|特殊家庭类型|家庭类型|类型|特殊家庭类别|特扶类型|特扶类别|对象类别|对象类型|计生特殊家庭类别|\
         计生特殊家庭类型|死亡伤残类别|失独伤残|死亡伤残|家庭性质|特殊家庭",
        &[&["类别", "类型"]]
    ),
    field!("husband.name", "男方姓名", "{man}{name}|{name}{man}|男方|丈夫|父亲|男主人"),
    field!("husband.id", "男方身份证号", "{man}{id}|{id}{man}|{man}方{id}"),
    field!("husband.phone", "男方电话", "{man}{phone}|{phone}{man}"),
    field!("wife.name", "女方姓名", "{woman}{name}|{name}{woman}|女方|妻子|母亲|女主人"),
    field!("wife.id", "女方身份证号", "{woman}{id}|{id}{woman}|{woman}方{id}"),
    field!("wife.phone", "女方电话", "{woman}{phone}|{phone}{woman}"),
    field!("head.name", "户主姓名", "户主|户主{name}|姓名|本人姓名|对象姓名|特扶对象|特扶对象姓名|本人"),
    field!("head.id", "户主身份证号", "{id}|户主{id}|本人{id}"),
    field!("spouse.name", "配偶姓名", "配偶|配偶{name}"),
    field!("spouse.id", "配偶身份证号", "配偶{id}"),
    field!("child.name", "子女姓名", "{child}{name}"),
    field!(
        "loss_date",
        "死亡/伤残时间",
        "{loss}{when}|{child}{loss}{when}|发生时间|{child}发生时间|出事时间",
        &[&["死亡", "伤残", "失独", "残疾", "亡故", "去世"], &["时间", "日期", "年月"]]
    ),
    field!(
        "loss_cause",
        "原因",
        "原因|{loss}原因|{child}原因|{child}{loss}原因|致残原因|死因|死亡致残原因",
        &[&["死亡", "伤残", "失独", "残疾", "致残"], &["原因"]]
    ),
    field!(
        "grade",
        "残疾等级",
        "残疾等级|伤残等级|残疾级别|伤残级别|等级|残疾程度|{child}残疾等级|{child}伤残等级|{child}残疾级别|伤残程度",
        &[&["残疾", "伤残"], &["等级", "级别"]]
    ),
    field!("card", "残疾证号", "残疾证号|残疾证|残疾人证号|残疾人证|残疾证编号|{child}残疾证号|残疾证号码"),
    field!(
        "registered_address",
        "户籍地址",
        "户籍地址|户籍所在地|户籍地|户口地址|户口所在地|户籍详细地址|户籍住址|户籍所在地址",
        &[&["户籍", "户口"], &["地", "址"]]
    ),
    field!(
        "current_address",
        "现居住地址",
        "现居住地址|现居住地|现住址|居住地址|现居地址|家庭住址|住址|地址|现家庭住址|现居住详细地址|常住地址|详细地址|居住地|\
         家庭地址|现住地址|家庭详细地址|现居住地详细地址",
        &[&["居住", "住址"]]
    ),
    field!("phone", "联系电话", "{phone}|户主{phone}|家庭{phone}"),
    field!(
        "assistance",
        "是否享受特扶",
        "是否享受特扶|享受特扶|是否特扶|特扶|是否享受特别扶助|特别扶助|享受特别扶助|是否领取特扶金|是否纳入特扶|是否享受扶助|\
         特扶情况|享受特扶情况|是否享受特扶金|是否特扶对象",
        &[&["是否"], &["特扶", "扶助"]]
    ),
    field!("assistance_from", "享受特扶起始时间", "享受特扶时间|特扶起始时间|特扶时间|开始享受时间|享受特扶起始时间"),
    field!(
        "township_leader",
        "镇联系人",
        "{pair}{town}|{town}{pair}|镇包保干部|镇联系领导|乡镇联系领导|镇干部|乡镇包保干部|{town}",
        &[&["镇", "乡"], &["联系人", "包保", "帮扶"]]
    ),
    field!(
        "village_worker",
        "村联系人",
        "{pair}{worker}|{worker}{pair}|村包保干部|村专干|村级专干|村干部|村联系干部",
        &[&["村", "社区"], &["联系人", "包保", "帮扶"]]
    ),
    field!("doctor", "签约医生", "签约医生|家庭医生|签约家庭医生|家庭签约医生|签约医生姓名|责任医生|家庭医生姓名|签约医师"),
    field!("doctor_signed_on", "医生签约时间", "签约{when}|医生签约{when}|家庭医生签约{when}"),
    field!("hospital", "绿色通道医院", "绿色通道医院|就医绿色通道|定点医院|绿色通道|就医绿色通道医院"),
    field!("policy", "保险单号", "保险单号|保单号|保险|参保情况"),
    field!("emergency_contact", "紧急联系人", "紧急联系人|应急联系人|监护人|紧急联系人{name}|紧急联系人及电话"),
    field!("notes", "备注", "{notes}"),
];

const MEMBERS: &[Field] = &[
    field!("seq", "序号", "{seq}"),
    field!("name", "姓名", "姓名|会员姓名|名称|会员名称|单位名称|会员|团体名称|姓名或单位名称|会员名|姓名名称|会员姓名单位名称"),
    field!("sex", "性别", "性别|会员性别"),
    field!("id", "身份证号", "{id}|会员{id}", &[&["身份证"]]),
    field!("birth", "出生日期", "出生日期|出生年月|生日|出生年月日|出生时间"),
    field!("politics", "政治面貌", "政治面貌|政治身份|政治面目"),
    field!("village", "村居", "{village}"),
    field!("group", "会员小组", "会员小组|小组|所属小组|所在小组|组别|会员小组名称|所在会员小组|所属会员小组|组"),
    field!(
        "type",
        "会员类型",
        "会员类型|会员类别|类型|类别|会员结构|人员类别|会员性质|会员种类|人员类型",
        &[&["会员"], &["类型", "类别", "结构"]]
    ),
    field!("residence", "流动/常住", "人口类型|户籍类型|常住流动|流动常住|居住类型|人口类别|流动或常住|居住情况"),
    field!(
        "tags",
        "服务对象",
        "服务对象|重点服务对象|服务对象类别|服务对象类型|重点人群|人群类别|服务人群|重点对象|人群类型|重点服务人群|服务对象分类",
        &[&["服务对象", "重点人群"]]
    ),
    field!("phone", "联系电话", "{phone}|会员{phone}", &[&["电话", "手机"]]),
    field!(
        "volunteer",
        "是否志愿者",
        "是否志愿者|志愿者|是否为志愿者|志愿者身份|是否注册志愿者|是否是志愿者|是否志愿服务者|是否会员志愿者",
        &[&["是否"], &["志愿"]]
    ),
    field!("team", "服务队", "志愿者队伍|志愿服务队|服务队|所属服务队|志愿队伍"),
    field!("skills", "特长", "特长|服务特长|技能|志愿服务特长"),
    field!("joined", "入会时间", "入会{when}|加入{when}|入会年份"),
    field!("marriage", "婚姻状况", "婚姻状况|婚姻|婚姻情况"),
    field!("health", "健康状况", "健康状况|健康|健康情况"),
    field!("notes", "备注", "{notes}"),
];

const VISITS: &[Field] = &[
    field!("seq", "序号", "{seq}"),
    field!(
        "date",
        "日期",
        "日期|走访{when}|时间|慰问{when}|探访{when}|服务{when}|入户{when}|上门{when}|探望{when}|联系{when}|走访慰问{when}|\
         活动{when}|月日",
        &[&["走访", "慰问", "入户", "上门"], &["时间", "日期"]]
    ),
    field!("file_code", "信息编码", "{code}", &[&["编码"]]),
    field!("village", "村（社区）", "{village}"),
    field!("head", "户主", "{host}|服务对象|姓名|家庭{name}"),
    field!(
        "kind",
        "走访类型",
        "走访类型|走访类别|类型|类别|走访性质|慰问类型|走访种类|走访形式|走访事由|事由|走访原因|服务类型|慰问类别|走访慰问类型|\
         走访慰问类别|走访方式|性质",
        &[&["走访", "慰问", "探访"], &["类型", "类别", "性质", "事由", "种类"]]
    ),
    field!("festival", "节日", "节日|节日名称|何节日"),
    field!(
        "met",
        "见面人员",
        "见面人员|见面人|会见人员|见到人员|在场人员|见面对象|被访人员|受访人|走访见面人员|见面家庭成员|受访人员|被慰问人|\
         见面家属|会见人|被访人|见到的人",
        &[&["见面", "会见", "受访", "在场"]]
    ),
    field!(
        "visitors",
        "走访人",
        "走访人|走访人员|走访干部|慰问人|慰问人员|走访者|探访人|入户人员|走访责任人|服务人员|工作人员|探望人|走访人姓名|\
         走访慰问人|走访慰问人员|探访人员|入户干部|走访专干",
        &[&["走访", "慰问", "探访", "入户"], &["人员", "干部", "专干"]]
    ),
    field!(
        "amount",
        "慰问金额",
        "慰问金额|慰问金|金额|慰问款|慰问金数额|慰问资金|发放金额|慰问款金额|慰问金元",
        &[&["慰问", "发放"], &["金额", "资金", "款"]]
    ),
    field!("gifts", "慰问品", "慰问品|慰问物资|物品|慰问物品|发放物品|慰问品名称|慰问品及数量", &[&["慰问"], &["物", "品"]]),
    field!(
        "note",
        "走访情况",
        "走访情况|情况|走访内容|走访记录|慰问情况|内容|走访慰问情况|情况记录|走访情况记录|服务内容|情况说明|走访详情|主要情况|\
         走访慰问内容|走访情况简述",
        &[&["走访", "慰问", "探访"], &["情况", "内容", "记录"]]
    ),
    field!("needs", "需求", "需求|诉求|主要需求|家庭需求|困难诉求|反映问题|存在困难|困难和需求|主要诉求", &[&["需求", "诉求"]]),
    field!("health", "健康状况", "健康状况|身体状况|身体情况|健康情况"),
    field!("living", "生活状况", "生活状况|生活情况"),
    field!("safety", "居住安全", "居住安全|安全情况|安全隐患"),
    field!("follow_up", "下次跟进", "下次走访|下次走访{when}|跟进日期|下次跟进|下次跟进日期"),
    field!("notes", "备注", "{notes}"),
];

const SURVEYS: &[Field] = &[
    field!("seq", "序号", "{seq}"),
    field!("date", "日期", "日期|调查{when}|时间|走访{when}|摸底{when}|登记{when}", &[&["调查"], &["时间", "日期"]]),
    field!("file_code", "信息编码", "{code}", &[&["编码"]]),
    field!("village", "村（社区）", "{village}"),
    field!("head", "户主", "{host}"),
    field!(
        "person",
        "被调查人",
        "被调查人|调查对象|被访人|姓名|受访人|服务对象|被调查人姓名|调查对象姓名|被调查人员|受访者|被调查者|需求人",
        &[&["被调查", "受访", "调查对象"]]
    ),
    field!(
        "needs",
        "主要需求",
        "主要需求|需求|需求内容|需求情况|服务需求|需求类别|需求项目|需求类型|主要诉求|帮扶需求|诉求|具体需求|需求事项",
        &[&["需求", "诉求"]]
    ),
    field!("notes", "备注", "{notes}"),
];

const CLAIMS: &[Field] = &[
    field!("seq", "序号", "{seq}"),
    field!(
        "date",
        "理赔日期",
        "理赔{when}|赔付{when}|日期|结案{when}|到账{when}|赔款{when}|理赔到账{when}|时间|兑付{when}",
        &[&["理赔", "赔付", "赔款"], &["时间", "日期"]]
    ),
    field!("file_code", "信息编码", "{code}", &[&["编码"]]),
    field!("village", "村（社区）", "{village}"),
    field!("head", "户主", "{host}"),
    field!(
        "insured",
        "被保险人",
        "被保险人|参保人|投保人|出险人|姓名|被保人|被保险人姓名|理赔对象|受益人|理赔人|参保人姓名|出险人姓名|服务对象",
        &[&["保险人", "参保", "出险", "被保"]]
    ),
    field!("days", "住院天数", "住院天数|天数|住院日数|住院天|住院时长", &[&["天数"]]),
    field!(
        "amount",
        "理赔金额",
        "理赔金额|赔付金额|赔款金额|金额|理赔款|理赔金|赔付款|赔偿金额|保险金额|理赔金额元|兑付金额",
        &[&["理赔", "赔付", "赔款"], &["金", "款", "元"]]
    ),
    field!("policy", "保单号", "保单号|保险单号|保单|保险单号码|保单编号|险种"),
    field!("notes", "备注", "{notes}"),
];

const COUNSELLING: &[Field] = &[
    field!("seq", "序号", "{seq}"),
    field!("date", "日期", "日期|服务{when}|时间|咨询{when}|辅导{when}|疏导{when}", &[&["服务", "咨询", "辅导"], &["时间", "日期"]]),
    field!("file_code", "信息编码", "{code}", &[&["编码"]]),
    field!("village", "村（社区）", "{village}"),
    field!("head", "户主", "{host}"),
    field!(
        "person",
        "服务对象",
        "服务对象|咨询对象|姓名|来访者|来访人|受助人|被服务人|服务对象姓名|咨询对象姓名|疏导对象|辅导对象|服务人群",
        &[&["服务对象", "咨询对象", "来访"]]
    ),
    field!(
        "opened",
        "建档",
        "建档|是否建档|建立档案|心理建档|是否建立档案|建档情况|心理档案|建立心理档案|是否建立心理档案",
        &[&["建档", "档案"]]
    ),
    field!(
        "assessed",
        "测评",
        "测评|是否测评|心理测评|评估|是否评估|心理评估|测评情况|心理测试|是否心理测评|是否开展测评",
        &[&["测评", "评估"]]
    ),
    field!(
        "counsellor",
        "咨询师",
        "咨询师|心理咨询师|服务人员|咨询员|心理老师|辅导老师|服务人|咨询师姓名|疏导员|心理医生|心理辅导员|服务者|心理咨询员",
        &[&["咨询师", "心理师", "辅导员"]]
    ),
    field!("paired", "一对一", "一对一|是否结对|一对一结对"),
    field!("scale", "量表", "量表|测评量表|量表名称"),
    field!("score", "得分", "得分|分值|分数|测评得分|评分"),
    field!("session_note", "服务内容", "服务内容|咨询内容|咨询记录|服务情况|情况|内容|疏导情况|服务记录|咨询情况"),
    field!("notes", "备注", "{notes}"),
];

const ACTIVITIES: &[Field] = &[
    field!("seq", "序号", "{seq}"),
    field!("name", "活动名称", "活动名称|名称|活动|活动主题|主题|活动标题|活动项目名称|活动名", &[&["活动"], &["名称", "主题"]]),
    field!(
        "project",
        "项目",
        "项目|所属项目|项目类别|活动项目|活动类别|活动类型|项目名称|工作项目|项目分类|类别|类型|所属项目类别|活动所属项目|项目类型",
        &[&["项目"], &["类别", "所属", "分类"]]
    ),
    field!("key_task", "重点任务", "重点任务|六项重点任务|所属重点任务"),
    field!(
        "start",
        "开始时间",
        "开始{when}|活动{when}|时间|日期|举办{when}|开展{when}|起始{when}|活动开始{when}|活动举办{when}|活动开展{when}",
        &[&["开始", "举办", "开展"], &["时间", "日期"]]
    ),
    field!("end", "结束时间", "结束{when}|截止{when}|终止{when}|活动结束{when}", &[&["结束"]]),
    field!("place", "地点", "地点|活动地点|举办地点|活动场所|地址|开展地点|场所|举办场所|活动地址", &[&["地点", "场所"]]),
    field!("village", "村（社区）", "{village}"),
    field!(
        "headcount",
        "参加人数",
        "参加人数|人数|参与人数|服务人数|参加人次|参与人次|服务人次|受益人数|参加群众人数|到场人数|活动人数|惠及人数|参加人员数量|\
         参加人员|参会人数|受众人数",
        &[&["人数", "人次"]]
    ),
    field!(
        "handouts",
        "发放资料",
        "发放资料|资料发放|资料份数|发放资料份数|宣传资料|发放宣传资料|发放资料数量|资料数量|资料|资料发放数量|宣传品|发放宣传品",
        &[&["资料"]]
    ),
    field!("money", "经费", "经费|活动经费|金额|支出|花费|经费支出|投入经费|资金|投入资金|活动支出", &[&["经费"]]),
    field!("head", "负责人", "负责人|活动负责人|组织者|主持人|联系人|责任人|活动组织者|组织人|活动联系人", &[&["负责人"]]),
    field!("approval", "审批", "审批|审批情况|审批人"),
    field!("summary", "活动总结", "活动总结|总结|活动情况|活动内容|活动简介|内容|情况|活动效果"),
    field!("notes", "备注", "{notes}"),
];

/// All forms, in the order of [`SheetKind::ALL`].
pub(crate) const FORMS: &[Form] = &[
    Form {
        kind: SheetKind::SpecialFamilies,
        fields: FAMILIES,
        must: &[
            &["husband.name", "wife.name", "head.name"],
            &["category", "loss_date", "grade", "assistance", "child.name", "title"],
            &["category", "loss_date", "file_code", "husband.id", "wife.id", "head.id"],
        ],
        titles: &["特殊家庭", "失独", "特扶", "伤残家庭", "死亡家庭"],
    },
    Form {
        kind: SheetKind::Members,
        fields: MEMBERS,
        must: &[&["name"], &["type", "group", "tags", "volunteer", "joined", "residence", "title"]],
        titles: &["会员", "花名册", "志愿者"],
    },
    Form {
        kind: SheetKind::Visits,
        fields: VISITS,
        must: &[&["date"], &["visitors", "met", "kind"], &["file_code", "head", "met"]],
        titles: &["走访", "慰问", "探访", "看望"],
    },
    Form {
        kind: SheetKind::NeedSurveys,
        fields: SURVEYS,
        must: &[&["needs"], &["person", "head", "file_code"]],
        titles: &["需求"],
    },
    Form {
        kind: SheetKind::InsuranceClaims,
        fields: CLAIMS,
        must: &[&["amount"], &["insured", "head", "file_code"], &["date", "days", "policy"], &["insured", "days", "title"]],
        titles: &["理赔", "保险"],
    },
    Form {
        kind: SheetKind::Counselling,
        fields: COUNSELLING,
        must: &[&["opened", "assessed", "counsellor"], &["person", "head", "file_code"]],
        titles: &["心理"],
    },
    Form {
        kind: SheetKind::Activities,
        fields: ACTIVITIES,
        must: &[&["name"], &["start", "headcount"], &["project", "headcount", "place", "title"]],
        titles: &["活动"],
    },
];
