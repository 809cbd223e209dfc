"""WeChat names."""

EXAMPLES = [
    ("微信号：zhang_san88", "zhang_san88", "zhang_san88"),
    ("加我微信lisi2020", "lisi2020", "lisi2020"),
    ("wechat: wangwu", "wangwu", "wangwu"),
    ("VX：Abc_12345", "Abc_12345", "abc_12345"),
    ("WeChat ID is liuliu-99", "liuliu-99", "liuliu-99"),
    ("微信联系huahua_33，", "huahua_33", "huahua_33"),
]
NEAR_MISSES = [
    "微信支付失败",
    "wechat payment failed",
    "微信 login page",
    "微信支付payment",
    "vx",
    "wx.request({url",
]
