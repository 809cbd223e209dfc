"""Passwords behind a word that announces them."""

EXAMPLES = [
    ("password: hunter2", "hunter2", "hunter2"),
    ("密码是Abc@123。", "Abc@123", "Abc@123"),
    ('"passwd": "s3cret!x"', "s3cret!x", "s3cret!x"),
    ("password=swordfish", "swordfish", "swordfish"),
    ("登录密码：zs123456，", "zs123456", "zs123456"),
    ("Kennwort: Geheim42", "Geheim42", "Geheim42"),
    ("DB_PWD=abcd1234", "abcd1234", "abcd1234"),
    ("支付密码为123456", "123456", "123456"),
    ("my password used to be Bluebird!88", "Bluebird!88", "Bluebird!88"),
    ("Das Passwort für das WLAN lautet Sommer26!x", "Sommer26!x", "Sommer26!x"),
]
NEAR_MISSES = [
    "password is required",
    "password: str",
    "密码错误",
    "password = get_password()",
    "password=${DB_PASSWORD}",
    "passwords are stored",
    "password: ********",
    "忘记密码是什么原因",
    "pwd",
    "password = config.password",
    "the password policy was introduced in 2019",
    "your password should be longer",
]
