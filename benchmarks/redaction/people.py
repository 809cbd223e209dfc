"""Names and addresses of people who do not exist."""

from random import Random

from faker import Faker

# Beside Faker's, which knows few given names: two, three and four signs, usual and unusual ones.
_CHINESE = [
    "王梓涵",
    "李沐阳",
    "张若曦",
    "刘知远",
    "陈芷若",
    "杨景行",
    "赵清欢",
    "黄思齐",
    "周砚秋",
    "吴书瑶",
    "徐念初",
    "孙牧之",
    "胡乐天",
    "朱颜",
    "高远航",
    "林栖",
    "何以安",
    "郭子墨",
    "马识途",
    "罗一舟",
    "梁思成",
    "宋词",
    "郑和平",
    "谢婉莹",
    "韩非",
    "唐糖",
    "冯唐",
    "于谦",
    "董卿",
    "萧然",
    "程蝶衣",
    "曹雪",
    "袁弘毅",
    "邓稼",
    "许三多",
    "傅雷鸣",
    "沈从文",
    "曾国良",
    "彭德清",
    "吕思勉",
    "苏慕白",
    "卢俊逸",
    "蒋方舟",
    "蔡文静",
    "贾宝林",
    "丁元英",
    "魏无羡",
    "薛定山",
    "叶问天",
    "阎锡",
    "余秋雨",
    "潘石",
    "杜甫林",
    "戴望舒",
    "夏雨荷",
    "钟离春",
    "汪曾祺",
    "田润叶",
    "任我行",
    "姜文博",
    "范闲",
    "方鸿渐",
    "石破军",
    "姚晨曦",
    "谭嗣",
    "廖静文",
    "邹韬奋",
    "熊召政",
    "金灿荣",
    "陆小凤",
    "郝建国",
    "孔令辉",
    "白展堂",
    "崔健华",
    "康敏",
    "毛不易",
    "邱淑贞",
    "秦淮茹",
    "江玉燕",
    "史湘云",
    "顾惜朝",
    "侯亮平",
    "邵逸夫",
    "孟小冬",
    "龙傲天",
    "万家宝",
    "段誉",
    "雷军伟",
    "钱钟书",
    "汤显祖",
    "尹志平",
    "黎明远",
    "易中天",
    "常四爷",
    "武松林",
    "乔峰",
    "贺龙飞",
    "赖声川",
    "龚琳娜",
    "文天祥",
    "欧阳修远",
    "司马长风",
    "上官婉儿",
    "诸葛青云",
    "令狐冲",
    "慕容雪村",
    "尉迟恭敬",
    "夏侯惇",
    "东方朔",
    "皇甫嵩",
]
_STREETS = [
    "人民路",
    "解放路",
    "建设路",
    "中山路",
    "长江路",
    "文化路",
    "和平街",
    "新华路",
    "学府路",
    "滨河路",
    "迎宾大道",
    "朝阳街",
    "凤凰路",
    "桃园路",
    "科技路",
]
_ESTATES = [
    "幸福小区",
    "阳光花园",
    "绿城公寓",
    "万科城市花园",
    "金地家园",
    "翠湖苑",
    "御景新村",
    "锦绣华庭",
    "碧桂园",
    "东方大厦",
]
_REGIONS = [
    "北京市海淀区",
    "上海市浦东新区",
    "广东省深圳市南山区",
    "浙江省杭州市余杭区",
    "江苏省苏州市工业园区",
    "四川省成都市武侯区",
    "湖北省武汉市洪山区",
    "陕西省西安市雁塔区",
    "山东省青岛市市南区",
    "河南省郑州市金水区",
    "福建省厦门市思明区",
    "湖南省长沙市岳麓区",
    "辽宁省沈阳市和平区",
    "重庆市渝中区",
    "天津市河西区",
    "安徽省合肥市蜀山区",
]
_GERMAN_STREETS = [
    "Hauptstraße",
    "Bahnhofstraße",
    "Gartenweg",
    "Lindenallee",
    "Schillerstr.",
    "Marktplatz",
    "Goethestraße",
    "Am-Park-Weg",
]
_GERMAN_TOWNS = [
    "10115 Berlin",
    "80331 München",
    "50667 Köln",
    "20095 Hamburg",
    "70173 Stuttgart",
    "04109 Leipzig",
]
_US_TOWNS = [
    "Springfield, IL 62704",
    "Austin, TX 78701",
    "Portland, OR 97201",
    "Boston, MA 02108",
    "Denver, CO 80202",
]
_US_STREETS = [
    "Main Street",
    "Oak Avenue",
    "Maple Drive",
    "Washington Blvd",
    "Cedar Lane",
    "Park Road",
    "Elm St",
    "Sunset Court",
]


class People:
    """Invent people, the same for the same seed."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._chinese, self._english, self._german = Faker("zh_CN"), Faker("en_US"), Faker("de_DE")
        for faker in (self._chinese, self._english, self._german):
            faker.seed_instance(random.randrange(2**32))

    def chinese_name(self) -> str:
        """Return a Chinese name."""
        if self._random.random() < 0.4:
            return self._random.choice(_CHINESE)
        return str(self._chinese.last_name() + self._chinese.first_name())

    def english_name(self) -> str:
        """Return a first and a last name."""
        return f"{self._english.first_name()} {self._english.last_name()}"

    def english_last_name(self) -> str:
        """Return a last name."""
        return str(self._english.last_name())

    def german_name(self) -> str:
        """Return a first and a last name."""
        return f"{self._german.first_name()} {self._german.last_name()}"

    def german_last_name(self) -> str:
        """Return a last name."""
        return str(self._german.last_name())

    def email(self) -> str:
        """Return an e-mail address."""
        return str(self._random.choice((self._english, self._german)).email())

    def chinese_address(self) -> str:
        """Return an address with a number: in a street or on an estate."""
        random = self._random
        region = random.choice((*_REGIONS, ""))
        if random.random() < 0.5:
            room = f"{random.randint(1, 20)}号楼{random.randint(101, 2505)}室"
            flat = f"{random.randint(1, 9)}单元{random.randint(101, 909)}"
            street = f"{region}{random.choice(_STREETS)}{random.randint(1, 999)}号"
            return street + random.choice(("", room, flat))
        estate = random.choice(_ESTATES)
        house = f"{random.randint(1, 30)}栋{random.randint(1, 4)}单元"
        return f"{region}{estate}{house}{random.randint(101, 2505)}室"

    def english_address(self) -> str:
        """Return an address in the United States."""
        random = self._random
        unit = random.choice(("", "", f", Apt {random.randint(1, 40)}"))
        return f"{random.randint(1, 9999)} {random.choice(_US_STREETS)}{unit}, {random.choice(_US_TOWNS)}"

    def german_address(self) -> str:
        """Return an address in Germany."""
        random = self._random
        return f"{random.choice(_GERMAN_STREETS)} {random.randint(1, 180)}, {random.choice(_GERMAN_TOWNS)}"
