"""Base58 as Bitcoin writes it, which is how ``eddsa-jcs-2022`` spells a signature."""

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def encode_base58(data: bytes) -> str:
    """The bytes as text. A leading zero byte becomes a leading ``1``."""
    number = int.from_bytes(data)
    digits = ""
    while number:
        number, digit = divmod(number, len(ALPHABET))
        digits = ALPHABET[digit] + digits
    zeros = len(data) - len(data.lstrip(b"\0"))
    return ALPHABET[0] * zeros + digits


def decode_base58(text: str, size: int) -> bytes:
    """The bytes that ``text`` stands for; ValueError unless there are ``size`` of them."""
    if len(text) > 2 * size:
        raise ValueError("too long")
    number = 0
    for character in text:
        number = number * len(ALPHABET) + ALPHABET.index(character)
    zeros = len(text) - len(text.lstrip(ALPHABET[0]))
    data = b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8)
    if len(data) != size:
        raise ValueError("not the right number of bytes")
    return data
