//! The fields of the special-families ledger, the members' and the activities' registers.

use super::field;
use super::table::Field;

pub(super) const FAMILIES: &[Field] = &[
    field!("seq", "序号", "{seq}"),
    field!("township", "乡镇", "{township}"),
    field!("village", "村（社区）", "{village}"),
    field!("file_code", "信息编码", "{code}", &[&["编码"]]; "code"),
    field!(
        "category",
        "家庭类别",
        "家庭类别|类别|特殊家庭类型|家庭类型|类型|特殊家庭类别|特扶类型|特扶类别|对象类别|对象类型|计生特殊家庭类别|\
         计生特殊家庭类型|死亡伤残类别|失独伤残|死亡伤残|家庭性质|特殊家庭",
        &[&["类别", "类型"]];
        "category|kinds"
    ),
    field!(
        "husband.name",
        "男方姓名",
        "{man}{name}|{name}{man}|男方|丈夫|父亲|男主人";
        "head_name|name|deceased|died_on"
    ),
    field!("husband.id", "男方身份证号", "{man}{id}|{id}{man}|{man}方{id}"; "id_number|birth|sex"),
    field!("husband.phone", "男方电话", "{man}{phone}|{phone}{man}"; "phone"),
    field!(
        "wife.name",
        "女方姓名",
        "{woman}{name}|{name}{woman}|女方|妻子|母亲|女主人";
        "head_name|name|deceased|died_on"
    ),
    field!("wife.id", "女方身份证号", "{woman}{id}|{id}{woman}|{woman}方{id}"; "id_number|birth|sex"),
    field!("wife.phone", "女方电话", "{woman}{phone}|{phone}{woman}"; "phone"),
    field!(
        "head.name",
        "户主姓名",
        "户主|户主{name}|姓名|本人姓名|对象姓名|特扶对象|特扶对象姓名|本人|家庭成员|成员姓名|家庭成员姓名";
        "head_name|name|deceased|died_on"
    ),
    field!("head.id", "户主身份证号", "{id}|户主{id}|本人{id}"; "id_number|birth|sex"),
    field!(
        "relation",
        "与户主关系",
        "与户主关系|户主关系|关系|家庭关系|成员关系|与户主的关系|称谓|家庭成员关系"
    ),
    field!("spouse.name", "配偶姓名", "配偶|配偶{name}"; "name|deceased|died_on"),
    field!("spouse.id", "配偶身份证号", "配偶{id}"; "id_number|birth|sex"),
    field!("child.name", "子女姓名", "{child}{name}"; "child_name"),
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
        &[&["残疾", "伤残"], &["等级", "级别"]];
        "disability_grade"
    ),
    field!("card", "残疾证号", "残疾证号|残疾证|残疾人证号|残疾人证|残疾证编号|{child}残疾证号|残疾证号码"; "disability_card"),
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
    field!(
        "assistance_from",
        "享受特扶起始时间",
        "享受特扶时间|特扶起始时间|特扶时间|开始享受时间|享受特扶起始时间"
    ),
    field!(
        "township_leader",
        "镇联系人",
        "{pair}{town}|{town}{pair}|镇包保干部|镇联系领导|乡镇联系领导|镇干部|乡镇包保干部|镇领导|乡镇领导",
        &[&["镇", "乡"], &["联系人", "包保", "帮扶"]]
    ),
    field!(
        "village_worker",
        "村联系人",
        "{pair}{worker}|{worker}{pair}|村包保干部|村专干|村级专干|村干部|村联系干部",
        &[&["村", "社区"], &["联系人", "包保", "帮扶"]]
    ),
    field!(
        "doctor",
        "签约医生",
        "签约医生|家庭医生|签约家庭医生|家庭签约医生|签约医生姓名|责任医生|家庭医生姓名|签约医师"
    ),
    field!("doctor_signed_on", "医生签约时间", "签约{when}|医生签约{when}|家庭医生签约{when}"),
    field!("hospital", "绿色通道医院", "绿色通道医院|就医绿色通道|定点医院|绿色通道|就医绿色通道医院"),
    field!("policy", "保险单号", "保险单号|保单号|保险|参保情况"),
    field!("status", "状态", "状态|户状态|在册状态|台账状态|档案状态|家庭状态|特扶状态|享受状态|是否在册"; "status|status_reason"),
    field!(
        "emergency_contact",
        "紧急联系人",
        "紧急联系人|应急联系人|监护人|紧急联系人{name}|紧急联系人及电话"
    ),
    field!("notes", "备注", "{notes}"),
];

pub(super) const MEMBERS: &[Field] = &[
    field!("seq", "序号", "{seq}"),
    field!(
        "name",
        "姓名",
        "姓名|会员姓名|名称|会员名称|单位名称|会员|团体名称|姓名或单位名称|会员名|姓名名称|会员姓名单位名称";
        "name|deceased|died_on"
    ),
    field!("id", "身份证号", "{id}|会员{id}", &[&["身份证"]]; "id_number|birth|sex"),
    field!("sex", "性别", "性别|会员性别"),
    field!("birth", "出生日期", "出生日期|出生年月|生日|出生年月日|出生时间"),
    field!("politics", "政治面貌", "政治面貌|政治身份|政治面目"),
    field!("township", "乡镇", "{township}"),
    field!("village", "村居", "{village}"),
    field!(
        "group",
        "会员小组",
        "会员小组|小组|所属小组|所在小组|组别|会员小组名称|所在会员小组|所属会员小组|组"
    ),
    field!(
        "residence",
        "流动/常住",
        "人口类型|户籍类型|常住流动|流动常住|居住类型|人口类别|流动或常住|居住情况"
    ),
    field!(
        "type",
        "会员类型",
        "会员类型|会员类别|类型|类别|会员结构|人员类别|会员性质|会员种类|人员类型",
        &[&["会员"], &["类型", "类别", "结构"]];
        "structure|residence"
    ),
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
    field!("status", "状态", "状态|会员状态|在会状态|是否在会|会籍状态"),
    field!("joined", "入会时间", "入会{when}|加入{when}|入会年份"),
    field!("marriage", "婚姻状况", "婚姻状况|婚姻|婚姻情况"),
    field!("health", "健康状况", "健康状况|健康|健康情况"),
    field!("notes", "备注", "{notes}"),
];

pub(super) const ACTIVITIES: &[Field] = &[
    field!("seq", "序号", "{seq}"),
    field!(
        "name",
        "活动名称",
        "活动名称|名称|活动|活动主题|主题|活动标题|活动项目名称|活动名",
        &[&["活动"], &["名称", "主题"]]
    ),
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
    field!("times", "场次", "场次|活动场次|场数|活动次数|次数|举办场次|开展场次|开展次数"),
    field!("end", "结束时间", "结束{when}|截止{when}|终止{when}|活动结束{when}", &[&["结束"]]),
    field!(
        "place",
        "地点",
        "地点|活动地点|举办地点|活动场所|地址|开展地点|场所|举办场所|活动地址",
        &[&["地点", "场所"]]
    ),
    field!("township", "乡镇", "{township}"),
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
    field!(
        "money",
        "经费",
        "经费|活动经费|金额|支出|花费|经费支出|投入经费|资金|投入资金|活动支出",
        &[&["经费"]]
    ),
    field!(
        "head",
        "负责人",
        "负责人|活动负责人|组织者|主持人|联系人|责任人|活动组织者|组织人|活动联系人",
        &[&["负责人"]]
    ),
    field!("approval", "审核", "审批|审批情况|审批人"),
    field!("summary", "小结", "活动总结|总结|活动情况|活动内容|活动简介|内容|情况|活动效果"),
    field!("notes", "备注", "{notes}"; "notes|summary"),
];
