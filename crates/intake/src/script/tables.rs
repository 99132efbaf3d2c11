//! Tables of signs that stand for others.

use std::collections::HashMap;
use std::sync::LazyLock;

use encoding_rs::GB18030;

/// CJK radicals and the ideographs they look like, in turn. Source: EquivalentUnifiedIdeograph.txt of the
/// Unicode Character Database, block CJK Radicals Supplement; NFKC leaves these as they are.
const RADICALS: &str = "\
    ⺁厂⺂乛⺃乚⺄乙⺅亻⺆冂⺇𠘨⺈刀⺉刂⺊卜⺋㔾⺌小⺍小⺎兀⺏尣⺐尢⺑𡯂⺒巳⺓幺⺔彑⺕彐⺖忄⺗心⺘扌⺙攵⺛旡⺜日⺝月⺞歺⺟母⺠民⺡氵⺢氺⺣灬⺤爫⺥爫\
    ⺦丬⺧牛⺨犭⺩王⺪𤴔⺫目⺬示⺭礻⺮𥫗⺯糹⺰纟⺱罓⺲罒⺳㓁⺴冗⺵𦉫⺶羊⺷𦍌⺸𦍋⺹耂⺺肀⺻聿⺼肉⺽𦥑⺾艹⺿艹⻀艹⻁虎⻂衤⻃覀⻄西⻅见⻆角⻇𧢲⻈讠⻉贝\
    ⻊𧾷⻋车⻌辶⻍辶⻎辶⻏邑⻐钅⻑長⻒镸⻓长⻔门⻕𨸏⻖阝⻗雨⻘青⻙韦⻚页⻛风⻜飞⻝食⻞𩙿⻟飠⻠饣⻡𩠐⻢马⻣骨⻤鬼⻥鱼⻦鸟⻧卤⻨麦⻩黄⻪黾⻫斉⻬齐⻭歯\
    ⻮齿⻯竜⻰龙⻱龜⻲亀⻳龟";

/// The ideograph a radical looks like; itself where there is none.
pub(super) fn radical(c: char) -> char {
    static MAP: LazyLock<HashMap<char, char>> = LazyLock::new(|| in_turn(RADICALS));
    MAP.get(&c).copied().unwrap_or(c)
}

fn in_turn(pairs: &str) -> HashMap<char, char> {
    let signs: Vec<char> = pairs.chars().collect();
    signs.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect()
}

/// Private signs U+E815–U+E864 of the older GB 18030 are the two-byte codes FE50–FEA0, which the code
/// page of today reads as ideographs of their own.
pub(super) fn private(c: char) -> char {
    static MAP: LazyLock<HashMap<char, char>> = LazyLock::new(|| {
        let trails = (0x50u8..=0xa0).filter(|trail| *trail != 0x7f);
        let today = |trail: u8| {
            let bytes = [0xfe, trail];
            let decoded = GB18030.decode_without_bom_handling_and_without_replacement(&bytes)?;
            decoded.chars().next()
        };
        let private = |nth: usize| char::from_u32(0xe815 + nth as u32);
        trails.enumerate().filter_map(|(nth, trail)| Some((private(nth)?, today(trail)?))).collect()
    });
    MAP.get(&c).copied().unwrap_or(c)
}

/// Written one way here and another way there, by an older or a Japanese input method, a typewriter or in the
/// full form: variant and usual form in turn. For comparing only; what is kept is what was written.
const VARIANTS: &str = "\
    呂吕黃黄溫温強强靑青眞真髙高戸户戶户産产產产曽曾徳德寛宽寬宽録录錄录晉晋說说説说別别內内冊册郞郎緖绪淸清鄕乡飮饮歩步毎每涙泪巻卷査查恵惠黒黑陳陈\
    張张劉刘楊杨趙赵吳吴呉吴孫孙馬马鄭郑謝谢許许鄧邓馮冯蔣蒋葉叶閻阎韓韩蕭萧羅罗賀贺龔龚顧顾錢钱盧卢陸陆賴赖龍龙萬万鍾钟鐘钟譚谭鄒邹嚴严歐欧魯鲁韋韦\
    衛卫塗涂湯汤賈贾紀纪項项國国華华廣广東东蘭兰鳳凤雲云榮荣貴贵寶宝愛爱書书長长軍军興兴學学義义與与車车門门蓮莲麗丽紅红緑绿綠绿銀银鋒锋鐵铁銘铭飛飞\
    關关區区劉刘莊庄鎮镇溝沟樓楼灣湾鵬鹏龜龟慶庆豐丰偉伟傑杰勝胜進进遠远連连燈灯樹树橋桥";

/// The usual form of a sign, for comparing.
pub(super) fn usual(c: char) -> char {
    static MAP: LazyLock<HashMap<char, char>> = LazyLock::new(|| in_turn(VARIANTS));
    MAP.get(&c).copied().unwrap_or(c)
}

/// The most frequent surnames of one sign, for telling two names from one: National Bureau of Statistics and
/// Ministry of Public Security, yearly lists; some of the region besides.
pub(super) const SURNAMES: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏\
    吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温\
    冉裴卜甄晏樊岳尤洪康梅谈施柳章鲁葛伍俞殷费柏缪花苗凤奚管左包祝翁荆焦靳冀郎桑桂牛娄危童颜倪鲍单季华";
