"""E-mail addresses next to anything, and what only has an @ in it."""

from tests.fakes.looking import found_by

EXAMPLES = [
    (
        "邮箱zhang.san+a@mail.example.com。谢谢",
        "zhang.san+a@mail.example.com",
        "zhang.san+a@mail.example.com",
    ),
    ("Write to John.Doe@Example.ORG, please", "John.Doe@Example.ORG", "john.doe@example.org"),
    ('{"email":"a@b.cn"}', "a@b.cn", "a@b.cn"),
    ("mailto:a_b@c-d.co.uk?subject=x", "a_b@c-d.co.uk", "a_b@c-d.co.uk"),
    ("jörg@müller.de", "jörg@müller.de", "jörg@müller.de"),
    ("anna [at] example [dot] com", "anna [at] example [dot] com", "anna@example.com"),
    ("anna(at)example.com", "anna(at)example.com", "anna@example.com"),
    ("user%40example.com", "user%40example.com", "user@example.com"),
    ("<a@b.com>", "a@b.com", "a@b.com"),
    ("合同-li.si@example.com.pdf", "li.si@example.com", "li.si@example.com"),
    ("a@b.org.cn.TXT", "a@b.org.cn", "a@b.org.cn"),
]
NEAR_MISSES = [
    "@张三 你好",
    "icon@2x.png",
    "icon@2x.dark.png",
    "icon@com.png",
    "git@github.com:org/repo.git",
    "npm install pkg@1.2.3",
    "@media (max-width: 3px)",
    "a@b",
    "user@localhost",
    "@app.route('/x')",
]


def test_a_local_part_is_walked_no_further_than_it_may_be_long() -> None:
    """
    64 characters before the @ are enough, whatever stands before them.
    """
    [(piece, _)] = found_by("email", "a" * 500 + "@example.com")

    assert "a" * 64 + "@example.com" == piece
