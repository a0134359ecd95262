from hansa.lib.keys import SigningKey
from hansa.lib.signatures import resign, sign, verify


def test_resign_leaves_what_the_key_signed_as_it_is():
    key = SigningKey.generate()
    token = sign({"a": 1}, key=key, kind="letter")

    assert resign(token, key=key, kind="letter") == token


def test_resign_says_the_same_with_another_key():
    old, new = SigningKey.generate(), SigningKey.generate()
    token = sign({"a": 1}, key=old, kind="letter")

    again = resign(token, key=new, kind="letter")

    assert again == sign({"a": 1}, key=new, kind="letter")
    assert verify(again, key=new.public, kind="letter") == {"a": 1}
