#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""decode.py - a second decoder and encoder of timelines.

It follows docs/format.md, shares nothing with the library and needs only Python's own
modules. It prints one JSON line for each event, encodes what it read and compares the
bytes. Own kinds and channels are shown as the keys of their names; where a vocabulary is
given, others are refused.

    decode.py [--kinds NAME,...] [--channels NAME,...] [--spans] [FILE...]

Each FILE is one timeline; without files, each line of standard input is one in hex.
"""

import json
import sys

DAY = 86400000
ORIGIN = 18262
TIME_MAX = 253402300799999
WIDE = 1 << 38
TOP = 1 << 63
MASK = (1 << 64) - 1

LIMIT_BYTES = 1 << 30
LIMIT_EVENTS = 1 << 28
LIMIT_EXTENSION = 1024

STATUS = {
    "LIMIT": 11, "TRUNCATED": 30, "MAGIC": 31, "VERSION": 32, "CHECKSUM": 33,
    "VARINT": 34, "COUNT": 35, "ORDER": 36, "CANONICAL": 37, "TRAILING": 38,
    "FIELD": 39, "VOCABULARY": 40,
}

CURRENCIES = frozenset(int(n) for n in """
8 12 32 36 44 48 50 51 52 60 64 68 72 84 90 96 104 108 116 124 132 136 144 152 156 170
174 188 192 203 208 214 222 230 232 238 242 262 270 292 320 324 328 332 340 344 348 352
356 360 364 368 376 388 392 398 400 404 408 410 414 417 418 422 426 430 434 446 454 458
462 480 484 496 498 504 512 516 524 532 533 548 554 558 566 578 586 590 598 600 604 608
634 643 646 654 682 690 702 704 706 710 728 748 752 756 760 764 776 780 784 788 800 807
818 826 834 840 858 860 882 886 901 924 925 926 927 928 929 930 931 933 934 936 938 940
941 943 944 946 947 948 949 950 951 952 953 967 968 969 970 971 972 973 975 976 977 978
979 980 981 984 985 986 990 997""".split())


class Refused(Exception):
    """Bytes that are no timeline; the argument is a name in STATUS."""


# ---- hashes ----------------------------------------------------------------------


def _rounds(v0, v1, v2, v3, n):
    for _ in range(n):
        v0 = (v0 + v1) & MASK
        v1 = ((v1 << 13 | v1 >> 51) & MASK) ^ v0
        v0 = (v0 << 32 | v0 >> 32) & MASK
        v2 = (v2 + v3) & MASK
        v3 = ((v3 << 16 | v3 >> 48) & MASK) ^ v2
        v0 = (v0 + v3) & MASK
        v3 = ((v3 << 21 | v3 >> 43) & MASK) ^ v0
        v2 = (v2 + v1) & MASK
        v1 = ((v1 << 17 | v1 >> 47) & MASK) ^ v2
        v2 = (v2 << 32 | v2 >> 32) & MASK
    return v0, v1, v2, v3


def siphash(data, wide=False):
    """SipHash-2-4 under a key of zeros: a number, or 16 bytes if wide."""
    v0, v1 = 0x736F6D6570736575, 0x646F72616E646F6D
    v2, v3 = 0x6C7967656E657261, 0x7465646279746573
    if wide:
        v1 ^= 0xEE
    whole = len(data) & ~7
    last = (len(data) & 0xFF) << 56 | int.from_bytes(data[whole:], "little")
    words = [int.from_bytes(data[i:i + 8], "little") for i in range(0, whole, 8)]
    for word in words + [last]:
        v0, v1, v2, v3 = _rounds(v0, v1, v2, v3 ^ word, 2)
        v0 ^= word
    v0, v1, v2, v3 = _rounds(v0, v1, v2 ^ (0xEE if wide else 0xFF), v3, 4)
    low = v0 ^ v1 ^ v2 ^ v3
    if not wide:
        return low
    v0, v1, v2, v3 = _rounds(v0, v1 ^ 0xDD, v2, v3, 4)
    return low.to_bytes(8, "little") + (v0 ^ v1 ^ v2 ^ v3).to_bytes(8, "little")


def name_key(name):
    return siphash(name.encode()) | TOP


def id_hash(source, name):
    if not source and len(name) == 17 and name[:1] == b"#":
        digits = name[1:].decode("latin-1")
        if all(c in "0123456789abcdefABCDEF" for c in digits):
            return int(digits, 16)
    pair = siphash(source).to_bytes(8, "little") + siphash(name).to_bytes(8, "little")
    return siphash(pair)


# ---- events ----------------------------------------------------------------------


class Event:
    """Absent fields are None; kind and channel are a number or the key of a name."""

    __slots__ = ("occurred_at", "kind", "channel", "id", "revision", "occurrence",
                 "recorded_at", "amount", "currency", "value", "scale", "valence",
                 "incentivised", "public", "refers_to", "actor", "topic", "extension",
                 "_effective")

    def __init__(self, **fields):
        for name in self.__slots__:
            setattr(self, name, None)
        self.channel = self.revision = self.occurrence = self.scale = 0
        self.incentivised = self.public = False
        self.extension = b""
        for name, value in fields.items():
            setattr(self, name, value)

    def content(self):
        flags = 0
        tail = b""
        if self.id is not None:
            flags |= 1
            tail += self.id.to_bytes(8, "little")
        if self.amount is not None:
            flags |= 4
            tail += self.amount.to_bytes(8, "little", signed=True)
            tail += self.currency.to_bytes(2, "little")
        if self.value is not None:
            flags |= 8
            tail += self.value.to_bytes(8, "little", signed=True)
        if self.valence is not None:
            flags |= 16
            tail += self.valence.to_bytes(1, "little", signed=True)
        if self.refers_to is not None:
            flags |= 32
            tail += self.refers_to.to_bytes(8, "little")
        if self.actor is not None:
            flags |= 64
            tail += self.actor.to_bytes(4, "little")
        if self.topic is not None:
            flags |= 128
            tail += self.topic.to_bytes(4, "little")
        flags |= 256 * self.incentivised + 512 * self.public
        return (self.occurred_at.to_bytes(8, "little") + _named(self.kind) +
                _named(self.channel) + flags.to_bytes(2, "little") +
                self.scale.to_bytes(1, "little") +
                self.occurrence.to_bytes(2, "little") + tail +
                len(self.extension).to_bytes(4, "little") + self.extension)

    def effective_id(self):
        if self.id is not None:
            return self.id
        if self._effective is None:
            self._effective = siphash(self.content())
        return self._effective

    def supersedes(self, other):
        """Whether this record stands and the other, of the same identity, goes."""
        mine = (self.occurred_at, self.revision, self.content())
        theirs = (other.occurred_at, other.revision, other.content())
        if mine != theirs:
            return mine > theirs
        if self.recorded_at is None:
            return False
        return other.recorded_at is None or self.recorded_at < other.recorded_at

    def line(self):
        def hexed(v):
            return None if v is None else "%016x" % v

        def named(v):
            return "%016x" % v if v & TOP else v or None

        fields = {
            "occurred_at": self.occurred_at, "kind": named(self.kind),
            "channel": named(self.channel), "id": hexed(self.id),
            "revision": self.revision, "occurrence": self.occurrence,
            "recorded_at": self.recorded_at, "amount": self.amount,
            "currency": self.currency, "value": self.value,
            "scale": self.scale or None, "valence": self.valence,
            "incentivised": self.incentivised, "public": self.public,
            "refers_to": hexed(self.refers_to), "actor": self.actor,
            "topic": self.topic, "effective_id": hexed(self.effective_id()),
        }
        if self.extension:
            fields["extension"] = self.extension.hex()
        return json.dumps(fields, separators=(",", ":"))


def from_line(line):
    """An event from the line that Event.line makes."""
    fields = json.loads(line)
    fields.pop("effective_id")
    for name in ("kind", "channel", "id", "refers_to"):
        if isinstance(fields[name], str):
            fields[name] = int(fields[name], 16)
    fields["channel"] = fields["channel"] or 0
    fields["scale"] = fields["scale"] or 0
    fields["extension"] = bytes.fromhex(fields.get("extension", ""))
    return Event(**fields)


def _named(number):
    if number & TOP:
        return b"\x80" + number.to_bytes(8, "little")
    return number.to_bytes(1, "little")


def in_order(events):
    """Canonical order; ids and contents are worked out for ties only."""
    events = sorted(events, key=lambda e: (e.occurred_at, e.kind))
    done = []
    at = 0
    while at < len(events):
        end = at + 1
        while (end < len(events) and events[end].occurred_at == events[at].occurred_at
               and events[end].kind == events[at].kind):
            end += 1
        tied = events[at:end]
        if len(tied) > 1:
            tied.sort(key=lambda e: (e.effective_id(), e.content()))
        done += tied
        at = end
    return done


def resolve(records, floor):
    """The set that records in any order mean."""
    held = {}
    for event in records:
        if floor is not None and event.occurred_at <= floor:
            continue
        key = event.id if event.id is not None else event.content()
        if key not in held or event.supersedes(held[key]):
            held[key] = event
    return in_order(held.values())


# ---- shapes ----------------------------------------------------------------------

AMOUNT = {1: 2, 2: 3, 3: 4, 4: 8}
VALUE = {1: 1, 2: 2, 3: 4, 4: 8}
SMALL = {1: 1, 2: 2, 3: 4}       # actor, revision
RECORDED = {1: 0, 2: 2, 3: 4, 4: 6}
OCCURRENCE = {1: 1, 2: 2}


def _least(widths, number):
    for code, width in widths.items():
        if number < 1 << 8 * width:
            return code
    raise ValueError(number)


def fields_of(event, gap):
    """The fields of an event's shape, without channel and currency."""
    fields = 0
    if event.amount is not None:
        fields |= _least(AMOUNT, abs(event.amount)) << 4 | (event.amount < 0) << 10
    if event.value is not None:
        fields |= _least(VALUE, abs(event.value)) << 7 | (event.value < 0) << 20
    fields |= (event.id is not None) << 11
    fields |= (gap >= WIDE) << 12
    fields |= event.incentivised << 13 | event.public << 14
    fields |= (event.refers_to is not None) << 15
    fields |= (event.topic is not None) << 16
    if event.valence is not None:
        fields |= event.valence + 3 << 17
    fields |= event.scale << 21
    if event.actor is not None:
        fields |= _least(SMALL, event.actor) << 25
    fields |= bool(event.extension) << 27
    if event.recorded_at is not None:
        off = event.recorded_at - event.occurred_at
        fields |= _least(RECORDED, abs(off)) << 28 | (off < 0) << 31
    if event.revision:
        fields |= _least(SMALL, event.revision) << 32
    if event.occurrence:
        fields |= _least(OCCURRENCE, event.occurrence) << 34
    return fields


class Shape:
    def __init__(self, kind, fields, channel_byte, book):
        self.sort_key = kind << 54 | channel_byte << 46 | fields
        self.fields = fields & ~(15 | 1023 << 36)  # as fields_of gives them
        self.used = False

        def part(at, bits):
            return fields >> at & (1 << bits) - 1

        def fail_unless(condition):
            if not condition:
                raise Refused("FIELD")

        fail_unless(fields < 1 << 46 and kind != 0)
        self.channel = part(0, 4)
        if self.channel == 15:
            fail_unless(channel_byte >= 15)
            self.channel = channel_byte
        self.kind = kind
        if kind >= 128:
            fail_unless(kind - 128 < len(book.kinds))
            self.kind = book.kinds[kind - 128]
        if self.channel >= 128:
            fail_unless(self.channel - 128 < len(book.channels))
            self.channel = book.channels[self.channel - 128]
        self.amount, self.value = part(4, 3), part(7, 3)
        self.amount_minus, self.value_minus = part(10, 1), part(20, 1)
        self.id, self.wide = part(11, 1), part(12, 1)
        self.incentivised, self.public = part(13, 1), part(14, 1)
        self.refers_to, self.topic = part(15, 1), part(16, 1)
        self.valence, self.scale = part(17, 3), part(21, 4)
        self.actor, self.extension = part(25, 2), part(27, 1)
        self.recorded, self.recorded_minus = part(28, 3), part(31, 1)
        self.revision, self.occurrence = part(32, 2), part(34, 2)
        self.currency = None
        fail_unless(self.amount <= 4 and self.value <= 4 and self.recorded <= 4)
        fail_unless(self.valence <= 5 and self.scale <= 5 and self.occurrence <= 2)
        if self.amount:
            fail_unless(part(36, 10) < len(book.currencies))
            self.currency = book.currencies[part(36, 10)]
        else:
            fail_unless(not self.amount_minus and part(36, 10) == 0)
        fail_unless(self.value or not self.value_minus)
        fail_unless(self.recorded > 1 or not self.recorded_minus)
        fail_unless(self.id or not self.revision)
        fail_unless(not self.id or not self.occurrence)


class Codebook:
    def __init__(self):
        self.currencies, self.kinds, self.channels, self.shapes = [], [], [], []


# ---- reading ---------------------------------------------------------------------


class Reader:
    def __init__(self, data, end, spans):
        self.data, self.at, self.end, self.spans = data, 0, end, spans

    def left(self):
        return self.end - self.at

    def take(self, n):
        if n > self.left():
            raise Refused("TRUNCATED")
        self.at += n
        return self.data[self.at - n:self.at]

    def number(self, width):
        return int.from_bytes(self.take(width), "little")

    def varint(self):
        v = 0
        for n in range(10):
            byte = self.take(1)[0]
            if n == 9 and byte > 1:
                break
            v |= (byte & 0x7F) << 7 * n
            if byte < 0x80:
                if byte == 0 and n > 0:
                    break
                return v
        raise Refused("VARINT")

    def span(self, what, start):
        if self.spans is not None:
            self.spans.append((what, start, self.at))


def _read_keys(r, known):
    count = r.varint()
    if count == 0:
        raise Refused("CANONICAL")
    if count > 128 or count > r.left() // 8:
        raise Refused("COUNT")
    keys = []
    for _ in range(count):
        key = r.number(8)
        if keys and key <= keys[-1]:
            raise Refused("ORDER")
        if not key & TOP:
            raise Refused("FIELD")
        if known is not None and key not in known:
            raise Refused("VOCABULARY")
        keys.append(key)
    return keys


def _read_codebook(r, kinds, channels):
    book = Codebook()
    start = r.at
    flags = r.number(1)
    r.span("flags", start)
    if flags > 15:
        raise Refused("FIELD")
    if flags & 3 == 3:
        raise Refused("CANONICAL")
    start = r.at
    count = flags & 1
    if flags & 2:
        count = r.varint()
        if count < 2:
            raise Refused("CANONICAL")
        if count > 999 or count > r.left() // 2:
            raise Refused("COUNT")
    for _ in range(count):
        number = r.number(2)
        if book.currencies and number <= book.currencies[-1]:
            raise Refused("ORDER")
        if number not in CURRENCIES:
            raise Refused("FIELD")
        book.currencies.append(number)
    r.span("currencies", start)
    start = r.at
    if flags & 4:
        book.kinds = _read_keys(r, kinds)
    r.span("own kinds", start)
    start = r.at
    if flags & 8:
        book.channels = _read_keys(r, channels)
    r.span("own channels", start)
    start = r.at
    count = r.varint()
    if count > r.left() // 2:
        raise Refused("COUNT")
    r.span("shape count", start)
    for _ in range(count):
        start = r.at
        kind, fields = r.number(1), r.varint()
        byte = r.number(1) if fields & 15 == 15 else 0
        shape = Shape(kind, fields, byte, book)
        if book.shapes and shape.sort_key <= book.shapes[-1].sort_key:
            raise Refused("ORDER")
        book.shapes.append(shape)
        r.span("shape", start)
    if (set(book.currencies) - {s.currency for s in book.shapes} or
            set(book.kinds) - {s.kind for s in book.shapes} or
            set(book.channels) - {s.channel for s in book.shapes}):
        raise Refused("CANONICAL")
    return book


def _index_width(count):
    return 1 if count <= 256 else 2 if count <= 65536 else 4


def _read_gap(r, wide):
    if wide:
        gap = r.number(8)
        if gap < WIDE:
            raise Refused("VARINT")
        if gap > TIME_MAX:
            raise Refused("FIELD")
        return gap
    first = r.take(1)
    width = (first[0] & 3) + 2
    number = int.from_bytes(first + r.take(width - 1), "little")
    gap = number >> 2
    if width > 2 and 4 * gap < 1 << 8 * (width - 1):
        raise Refused("VARINT")
    return gap


def _read_event(r, book, before, floor, first):
    start = r.at
    place = r.number(_index_width(len(book.shapes)))
    r.span("event shape", start)
    if place >= len(book.shapes):
        raise Refused("FIELD")
    s = book.shapes[place]
    s.used = True
    start = r.at
    gap = _read_gap(r, s.wide)
    r.span("gap", start)
    start = r.at
    e = Event(kind=s.kind, channel=s.channel, scale=s.scale, occurred_at=before + gap,
              incentivised=bool(s.incentivised), public=bool(s.public))
    amount = r.number(AMOUNT[s.amount]) if s.amount else None
    value = r.number(VALUE[s.value]) if s.value else None
    if s.id:
        e.id = r.number(8)
    if s.refers_to:
        e.refers_to = r.number(8)
    if s.actor:
        e.actor = r.number(SMALL[s.actor])
    if s.topic:
        e.topic = r.number(4)
    off = r.number(RECORDED[s.recorded]) if s.recorded else None
    if s.revision:
        e.revision = r.number(SMALL[s.revision])
    if s.occurrence:
        e.occurrence = r.number(OCCURRENCE[s.occurrence])
    if s.extension:
        size = r.number(2)
        if size == 0:
            raise Refused("CANONICAL")
        if size > LIMIT_EXTENSION:
            raise Refused("LIMIT")
        e.extension = r.take(size)
    r.span("body", start)
    if (amount or 0) >= TOP or (value or 0) >= TOP:
        raise Refused("FIELD")
    if e.occurred_at > TIME_MAX or (floor is not None and e.occurred_at <= floor):
        raise Refused("FIELD")
    if amount is not None:
        e.amount, e.currency = -amount if s.amount_minus else amount, s.currency
    if value is not None:
        e.value = -value if s.value_minus else value
    if s.valence:
        e.valence = s.valence - 3
    if off is not None:
        e.recorded_at = e.occurred_at + (-off if s.recorded_minus else off)
        if not 0 <= e.recorded_at <= TIME_MAX:
            raise Refused("FIELD")
    if fields_of(e, gap) != s.fields:
        raise Refused("CANONICAL")
    if first and gap >= DAY:
        raise Refused("CANONICAL")
    return e


def _read_events(r, book, count, floor):
    if count > LIMIT_EVENTS:
        raise Refused("LIMIT")
    if count > r.left() // 3:
        raise Refused("COUNT")
    start = r.at
    zigzag = r.varint()
    day = ORIGIN + (zigzag // 2 if zigzag % 2 == 0 else -(zigzag + 1) // 2)
    r.span("day", start)
    if not 0 <= day <= TIME_MAX // DAY:
        raise Refused("FIELD")
    events, ids, twins = [], set(), False
    before = day * DAY
    for i in range(count):
        e = _read_event(r, book, before, floor, i == 0)
        if events and e.occurred_at == before:
            p = events[-1]
            if ((p.kind, p.effective_id(), p.content()) >=
                    (e.kind, e.effective_id(), e.content())):
                raise Refused("ORDER")
        twins = twins or (e.id is not None and e.id in ids)
        ids.add(e.id)
        events.append(e)
        before = e.occurred_at
    if twins or not all(s.used for s in book.shapes):
        raise Refused("CANONICAL")
    return events


def decode(data, kinds=None, channels=None, spans=None):
    """(floor or None, events in order); raises Refused. `kinds` and `channels` are the
    keys that are known, None: all. `spans` gets (what, start, end) of each part."""
    if len(data) > LIMIT_BYTES:
        raise Refused("LIMIT")
    if len(data) < 3:
        raise Refused("TRUNCATED")
    if data[:2] != b"ET":
        raise Refused("MAGIC")
    if data[2] != 1:
        raise Refused("VERSION")
    if len(data) < 7:
        raise Refused("TRUNCATED")
    if checksum(data[:-4]) != data[-4:]:
        raise Refused("CHECKSUM")
    r = Reader(data, len(data) - 4, spans)
    r.take(3)
    start = r.at
    count = r.varint()
    r.span("count", start)
    floor, events = None, []
    if count & 1:
        start = r.at
        floor = r.varint()
        r.span("floor", start)
        if floor > TIME_MAX:
            raise Refused("FIELD")
    if count >> 1:
        book = _read_codebook(r, kinds, channels)
        events = _read_events(r, book, count >> 1, floor)
    if r.left():
        raise Refused("TRAILING")
    return floor, events


# ---- writing ---------------------------------------------------------------------


def checksum(data):
    return (siphash(data) & 0xFFFFFFFF).to_bytes(4, "little")


def varint(v):
    out = bytearray()
    while v >= 0x80:
        out.append(v & 0x7F | 0x80)
        v >>= 7
    out.append(v)
    return bytes(out)


def gap_bytes(gap):
    if gap >= WIDE:
        return gap.to_bytes(8, "little")
    n = 2
    while 4 * gap >= 1 << 8 * n:
        n += 1
    return (4 * gap + n - 2).to_bytes(n, "little")


def _body(e):
    out = b""
    if e.amount is not None:
        out += abs(e.amount).to_bytes(AMOUNT[_least(AMOUNT, abs(e.amount))], "little")
    if e.value is not None:
        out += abs(e.value).to_bytes(VALUE[_least(VALUE, abs(e.value))], "little")
    if e.id is not None:
        out += e.id.to_bytes(8, "little")
    if e.refers_to is not None:
        out += e.refers_to.to_bytes(8, "little")
    if e.actor is not None:
        out += e.actor.to_bytes(SMALL[_least(SMALL, e.actor)], "little")
    if e.topic is not None:
        out += e.topic.to_bytes(4, "little")
    if e.recorded_at is not None:
        off = abs(e.recorded_at - e.occurred_at)
        out += off.to_bytes(RECORDED[_least(RECORDED, off)], "little")
    if e.revision:
        out += e.revision.to_bytes(SMALL[_least(SMALL, e.revision)], "little")
    if e.occurrence:
        out += e.occurrence.to_bytes(OCCURRENCE[_least(OCCURRENCE, e.occurrence)],
                                     "little")
    if e.extension:
        out += len(e.extension).to_bytes(2, "little") + e.extension
    return out


def _keys(keys):
    return varint(len(keys)) + b"".join(k.to_bytes(8, "little") for k in keys)


def encode(floor, events):
    """The bytes of a set whose events are resolved."""
    out = b"ET\x01" + varint(2 * len(events) + (floor is not None))
    if floor is not None:
        out += varint(floor)
    if not events:
        return out + checksum(out)
    events = in_order(events)
    currencies = sorted({e.currency for e in events if e.amount is not None})
    kinds = sorted({e.kind for e in events if e.kind & TOP})
    channels = sorted({e.channel for e in events if e.channel & TOP})
    places = {c: i for i, c in enumerate(currencies)}
    own_kinds = {k: 128 + i for i, k in enumerate(kinds)}
    own_channels = {k: 128 + i for i, k in enumerate(channels)}
    day = events[0].occurred_at // DAY
    before = day * DAY
    heads = []
    for e in events:
        gap = e.occurred_at - before
        before = e.occurred_at
        fields = fields_of(e, gap)
        if e.amount is not None:
            fields |= places[e.currency] << 36
        channel = own_channels.get(e.channel, e.channel)
        fields |= min(channel, 15)
        byte = channel if channel >= 15 else 0
        heads.append((gap, (own_kinds.get(e.kind, e.kind), byte, fields)))
    shapes = sorted({shape for _, shape in heads})
    index = {shape: i for i, shape in enumerate(shapes)}
    flags = (len(currencies) == 1) + 2 * (len(currencies) > 1)
    flags += 4 * bool(kinds) + 8 * bool(channels)
    out += bytes([flags])
    if len(currencies) > 1:
        out += varint(len(currencies))
    out += b"".join(c.to_bytes(2, "little") for c in currencies)
    out += (_keys(kinds) if kinds else b"") + (_keys(channels) if channels else b"")
    parts = [out, varint(len(shapes))]
    for kind, byte, fields in shapes:
        parts.append(bytes([kind]) + varint(fields) +
                     (bytes([byte]) if fields & 15 == 15 else b""))
    from_origin = day - ORIGIN
    parts.append(varint(2 * from_origin if from_origin >= 0 else -2 * from_origin - 1))
    width = _index_width(len(shapes))
    for e, (gap, shape) in zip(events, heads):
        parts.append(index[shape].to_bytes(width, "little") + gap_bytes(gap) + _body(e))
    out = b"".join(parts)
    return out + checksum(out)


# ---- the program -----------------------------------------------------------------


def _show(data, kinds, channels, with_spans):
    spans = [] if with_spans else None
    try:
        floor, events = decode(data, kinds, channels, spans)
    except Refused as refused:
        name = refused.args[0]
        print(json.dumps({"refused": name, "status": STATUS[name]}))
        return False
    for what, start, end in spans or []:
        print("%6d  %-14s %s" % (start, what, data[start:end].hex(" ")))
    print(json.dumps({"floor": floor, "events": len(events),
                      "digest": siphash(data, wide=True).hex()}))
    for event in events:
        print(event.line())
    if encode(floor, events) != data:
        print("encoding it again gives other bytes", file=sys.stderr)
        return False
    return True


def main(arguments):
    kinds = channels = None
    with_spans = False
    while arguments and arguments[0].startswith("--"):
        option = arguments.pop(0)
        if option == "--spans":
            with_spans = True
        elif option in ("--kinds", "--channels") and arguments:
            keys = frozenset(name_key(n) for n in arguments.pop(0).split(","))
            if option == "--kinds":
                kinds = keys
            else:
                channels = keys
        else:
            print(__doc__.strip(), file=sys.stderr)
            return 2
    good = True
    if arguments:
        for path in arguments:
            with open(path, "rb") as file:
                good = _show(file.read(), kinds, channels, with_spans) and good
    else:
        for line in sys.stdin:
            if line.strip():
                good = _show(bytes.fromhex(line), kinds, channels, with_spans) and good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
