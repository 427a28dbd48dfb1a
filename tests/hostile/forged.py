"""Access tokens that the server never made: every way to lie that is known to have worked somewhere."""

import base64
import hashlib
import hmac
import json

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def forged_tokens(world, person):
    """(how, token); the token of `person` is a good one."""
    head, claims, signature = person.token.split(".")
    header = json.loads(unb64(head))
    key = next(one for one in world.http.ask("GET", "/.well-known/jwks.json").json["keys"] if one["kid"] == header["kid"])
    later = json.loads(unb64(claims))
    later["exp"] += 100000
    later = b64(json.dumps(later).encode())
    none = b64(json.dumps({**header, "alg": "none"}).encode())
    yield "none", f"{none}.{claims}."
    yield "none with the signature", f"{none}.{claims}.{signature}"
    for spelling in ("None", "NONE", "nOnE"):
        yield spelling, f"{b64(json.dumps({**header, 'alg': spelling}).encode())}.{claims}."
    for secret in (unb64(key["x"]), key["x"].encode(), json.dumps(key).encode()):
        hs256 = b64(json.dumps({**header, "alg": "HS256"}).encode())
        mac = hmac.new(secret, f"{hs256}.{claims}".encode(), hashlib.sha256).digest()
        yield "HS256 with the public key", f"{hs256}.{claims}.{b64(mac)}"
    own = Ed25519PrivateKey.generate()
    yield "another key", f"{head}.{claims}.{b64(own.sign(f'{head}.{claims}'.encode()))}"
    raw_public = own.public_key().public_bytes_raw() if hasattr(own.public_key(), "public_bytes_raw") else b"x" * 32
    embedded = b64(json.dumps({**header, "jwk": {"kty": "OKP", "crv": "Ed25519", "x": b64(raw_public)}}).encode())
    yield "a key of its own in the header", f"{embedded}.{claims}.{b64(own.sign(f'{embedded}.{claims}'.encode()))}"
    unknown = b64(json.dumps({**header, "kid": "../../../dev/null"}).encode())
    yield "unknown kid", f"{unknown}.{claims}.{signature}"
    yield "other claims", f"{head}.{later}.{signature}"
    yield "no signature", f"{head}.{claims}."
    yield "cut", person.token[:-10]
    yield "four parts", person.token + ".x"
    yield "twice", person.token + person.token
    yield "empty", ""
    yield "nonsense", "x" * 5000
    yield "dots", ".." * 10
    flipped = bytearray(unb64(signature))
    flipped[0] ^= 1
    yield "a bit", f"{head}.{claims}.{b64(bytes(flipped))}"
    # Ed25519 adds up to the same with the order of its group added to S, which a strict verifier refuses.
    order = (1 << 252) + 27742317777372353535851937790883648493
    raw = unb64(signature)
    more = int.from_bytes(raw[32:], "little") + order
    yield "a signature that adds up", f"{head}.{claims}.{b64(raw[:32] + more.to_bytes(32, 'little'))}"
    yield "the signature of another", f"{head}.{claims}.{world.fred.token.split('.')[2]}"
    yield "the claims of another", f"{head}.{world.fred.token.split('.')[1]}.{signature}"
