#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""compare.py - what the library says of timelines, against decode.py.

    compare.py page FORMAT.MD          the example on the page is what it says
    compare.py made < MADE             MADE is what `emit make` printed
    compare.py mutate SEED N < MADE    hex lines: sound timelines and N damaged ones
    compare.py read HEX < READ         READ is what `emit read` said of the lines in HEX

All but `mutate` print `PASSED FAILED` in a line at the end.
"""

import random
import re
import sys
from collections import Counter

import decode as d

# emit.c has the same names.
KINDS = frozenset(map(d.name_key, ("tasting", "wine_club", "b", "cellar_tour", "zz_top",
                                   "harvest", "c", "d2")))
CHANNELS = frozenset(map(d.name_key, ("kiosk", "van", "tent", "a")))


class Count:
    def __init__(self):
        self.passed = self.failed = 0

    def that(self, holds, *what):
        self.passed += bool(holds)
        self.failed += not holds
        if not holds and self.failed <= 10:
            print("FAILED:", *what)

    def end(self):
        print(self.passed, self.failed)
        return 0


def listing(floor, events, data, extension=True):
    """The lines that emit.c prints of a customer. It cannot see extensions."""
    lines = ["floor " + ("none" if floor is None else str(floor)),
             "digest " + d.siphash(data, wide=True).hex()]
    for event in events:
        line = event.line()
        if event.extension:
            line = re.sub(r',"extension":"[0-9a-f]*"', "", line)
        lines.append(line)
    return lines


# ---- the page --------------------------------------------------------------------


def page(path):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    example = text[text.index("\n## An example\n"):text.index("\n## An encoded book\n")]
    tables = re.split(r"\n\n(?!\|)", example)
    hexes = ["".join(re.findall(r"`([0-9a-f ]+)`", "".join(
        line.split("|")[1] for line in table.splitlines() if line.startswith("| `"))))
        for table in tables]
    whole, content = [bytes.fromhex(h) for h in hexes if h]
    count = Count()
    _, events = d.decode(whole, frozenset([d.name_key("tasting")]), frozenset())
    count.that(len(events) == 3, "the example does not decode")
    count.that(d.encode(1704067200000, events) == whole, "the example encoded again")
    count.that(d.siphash(whole, wide=True).hex() in example, "the example's digest")
    count.that(events[2].content() == content, "the example's content")
    for event in events:
        if event.id is None:
            count.that("`%016x`" % event.effective_id() in example, "an effective id")
    number = "%016x" % d.id_hash(b"till-1", b"0042")
    count.that(events[1].id == int(number, 16), "the example's id")
    count.that(d.id_hash(b"", b"#" + number.upper().encode()) == events[1].id, "# form")
    for name in ("", "a", "tasting"):
        count.that("`%016x`" % d.siphash(name.encode()) in text, "the hash of", name)
    listed = text[text.index("\n## Currencies\n"):text.index("\n## An example\n")]
    count.that({int(n) for n in re.findall(r"\b[0-9]+\b", listed)} - {4217} ==
               d.CURRENCIES, "the currencies")
    return count.end()


# ---- what was made ---------------------------------------------------------------


def customers(lines):
    """(records, listing, blob) of each customer."""
    records, shown = [], []
    for line in lines:
        line = line.rstrip("\n")
        if line == "customer":
            records, shown = [], []
        elif line.startswith("put "):
            records.append(line[4:])
        elif line.startswith("blob "):
            yield records, shown, bytes.fromhex(line[5:])
        else:
            shown.append(line)


def made(lines):
    count = Count()
    for n, (records, shown, data) in enumerate(customers(lines)):
        try:
            floor, events = d.decode(data, KINDS, CHANNELS)
        except d.Refused as refused:
            count.that(False, "customer", n, "is refused:", refused)
            continue
        count.that(listing(floor, events, data) == shown, "customer", n, "reads otherwise")
        count.that(d.encode(floor, events) == data, "customer", n, "encodes otherwise")
        parsed = [d.from_line(r) for r in records]
        count.that(all(e.line() == r for e, r in zip(parsed, records)),
                   "customer", n, "has other effective ids")
        count.that(d.encode(floor, d.resolve(parsed, floor)) == data,
                   "customer", n, "resolves otherwise")
    return count.end()


# ---- damage ----------------------------------------------------------------------


def draw_event(rng, base):
    """What the library's interface cannot make: unknown numbers, extensions."""
    e = d.Event(occurred_at=base + rng.choice((0, 0, 1, rng.randrange(1 << 33))),
                kind=rng.choice((9, 34, 127, rng.randrange(1, 128), rng.choice(sorted(KINDS)))),
                channel=rng.choice((0, 1, 14, 15, 16, 127, rng.choice(sorted(CHANNELS)))))
    if rng.random() < 0.5:
        e.extension = rng.randbytes(rng.choice((1, 2, 8, 300, 1024)))
    if rng.random() < 0.3:
        e.id = rng.choice((0, 1, rng.getrandbits(64)))
        e.revision = rng.choice((0, 1, 255, 256, 65535, 65536, (1 << 32) - 1))
    else:
        e.occurrence = rng.choice((0, 0, 1, 255, 256, 65535))
    if rng.random() < 0.3:
        e.amount = rng.choice((0, 1, -1, 65535, 65536, (1 << 24) - 1, 1 << 32, -d.TOP + 1))
        e.currency = rng.choice((978, 840, 8))
    if rng.random() < 0.2:
        e.recorded_at = e.occurred_at + rng.choice((0, 1, -1, 65536))
    return e


def drawn(rng):
    base = rng.choice((1, d.DAY * 65535, d.DAY * 65536 - 1, d.ORIGIN * d.DAY - 1,
                       rng.randrange(d.TIME_MAX - (1 << 34))))
    floor = rng.choice((None, None, 0, base - 1))
    records = [draw_event(rng, base) for _ in range(rng.randrange(1, 9))]
    return d.encode(floor, d.resolve(records, floor))


def many_shapes(n):
    """One event of each of n shapes: the width of an index depends on their number."""
    events = []
    for i in range(n):
        e = d.Event(occurred_at=1000 + i, kind=1 + i % 127, channel=i // 127 % 128)
        e.actor = (None, 1, 256, 65536)[i // 127 // 128 % 4]
        e.public = i // 127 // 128 // 4 > 0
        events.append(e)
    return d.encode(None, events)


def wider_varint(part):
    return part[:-1] + bytes([part[-1] | 0x80, 0])


def wider_gap(part):
    if len(part) > 5:
        return part
    gap = int.from_bytes(part, "little") >> 2
    if len(part) == 5:
        return gap.to_bytes(8, "little")
    return (4 * gap + len(part) - 1).to_bytes(len(part) + 1, "little")


def damaged_part(rng, data, spans):
    """One part changed in a way that only part has."""
    what, start, end = rng.choice(spans)
    part = data[start:end]
    same = [s for s in spans if s[0] == what]
    way = rng.randrange(4)
    if way == 0 and what in ("count", "floor", "shape count", "day"):
        part = wider_varint(part)
    elif way == 0 and what == "gap":
        part = wider_gap(part)
    elif way == 0 and what == "shape":
        r = d.Reader(part, len(part), None)
        r.at = 1
        fields = r.varint() ^ 1 << rng.randrange(46)
        part = part[:1] + d.varint(fields) + part[r.at:]
    elif way == 1 and what in ("count", "floor", "shape count", "day", "shape"):
        part = part[:what == "shape"] + d.varint(rng.choice(
            (0, 1, 2, 3, rng.getrandbits(8), rng.getrandbits(32), rng.getrandbits(46),
             d.TIME_MAX, d.TIME_MAX + 1, rng.getrandbits(64))))
    elif way == 2 and len(same) > 1:
        other = rng.choice(same)
        if other[1] > start:
            return (data[:start] + data[other[1]:other[2]] + data[end:other[1]] + part +
                    data[other[2]:])
        part = data[other[1]:other[2]]
    elif way == 3:
        part = part + part
    return data[:start] + part + data[end:]


def event_spans(spans):
    heads = [s for s in spans if s[0] == "event shape"]
    bodies = [s for s in spans if s[0] == "body"]
    return [(h[1], b[2]) for h, b in zip(heads, bodies)]


def recount(data, spans, change):
    _, start, end = spans[0]
    r = d.Reader(data, len(data), None)
    r.at = start
    return data[:start] + d.varint(max(0, r.varint() + change)) + data[end:]


def damaged_events(rng, data, spans):
    """Events swapped, left out, or there twice, with the right count."""
    events = event_spans(spans)
    a, b = rng.choice(events)
    way = rng.randrange(3)
    if way == 0:
        c, e = rng.choice(events)
        if c < b:
            return data
        return data[:a] + data[c:e] + data[b:c] + data[a:b] + data[e:]
    if way == 1:
        return recount(data[:a] + data[b:], spans, -2)
    copy = data[a:b]
    if rng.random() < 0.7:
        gap = [s for s in spans if s[0] == "gap" and s[1] > a][0]
        if gap[2] - gap[1] < 8:
            copy = data[a:gap[1]] + d.gap_bytes(rng.choice((0, 0, 1))) + data[gap[2]:b]
    return recount(data[:b] + copy + data[b:], spans, 2)


def damaged_bytes(rng, data):
    way = rng.randrange(6)
    at = rng.randrange(3 if len(data) > 3 else 0, max(len(data), 4))
    byte = data[at:at + 1] or b"\0"
    if way <= 1:
        return data[:at] + bytes([byte[0] ^ 1 << rng.randrange(8)]) + data[at + 1:]
    if way == 2:
        return data[:at] + bytes([rng.choice((0, 1, 127, 128, 255, rng.getrandbits(8)))]) + \
            data[at + 1:]
    if way == 3:
        return data[:at] + rng.randbytes(rng.randrange(1, 4)) + data[at:]
    if way == 4:
        return data[:at] + data[at + rng.randrange(1, 4):]
    return data[:at]


def damaged(rng, data):
    spans = []
    d.decode(data, spans=spans)
    body = data[:-4]
    spans = [s for s in spans if s[2] > s[1]]
    way = rng.randrange(10)
    if way < 4:
        body = damaged_part(rng, body, spans)
    elif way < 6 and event_spans(spans):
        body = damaged_events(rng, body, spans)
    else:
        body = damaged_bytes(rng, body)
    if rng.randrange(4) == 0:
        body = damaged_bytes(rng, body)
    whole = body + d.checksum(body)
    way = rng.randrange(40)
    if way == 0:
        return damaged_bytes(rng, whole)
    if way == 1:
        at = rng.randrange(3)
        whole = whole[:at] + rng.randbytes(1) + whole[at + 1:]
        return whole if rng.random() < 0.5 else whole[:rng.randrange(len(whole))]
    return whole


def mutate(lines, seed, n):
    rng = random.Random(seed)
    sound = [data for _, _, data in customers(lines) if len(data) < 3000]
    sound += [drawn(rng) for _ in range(len(sound))]
    small = [data for data in sound if len(data) < 200]
    large = list(sound)
    for shapes in (255, 256, 257) + ((65536, 65537) if n > 20000 else ()):
        sound.append(many_shapes(shapes))
    for data in sound:
        print(data.hex())
    for _ in range(n):
        print(damaged(rng, rng.choice(small if rng.random() < 0.8 else large)).hex())
    return 0


# ---- what was read ---------------------------------------------------------------


def answers(lines):
    answer = []
    for line in lines:
        line = line.rstrip("\n")
        answer.append(line)
        if line.startswith("refused ") or line in ("same", "other"):
            yield answer
            answer = []


def read(lines, path):
    count = Count()
    met = Counter()
    said = answers(lines)
    with open(path, encoding="ascii") as file:
        for text in file:
            text = text.strip()
            data = bytes.fromhex(text)
            try:
                floor, events = d.decode(data, KINDS, CHANNELS)
                name = "accepted"
                mine = ["accepted"] + listing(floor, events, data) + ["same"]
                count.that(d.encode(floor, events) == data, "other bytes again:", text)
            except d.Refused as refused:
                name = refused.args[0]
                mine = ["refused %d" % d.STATUS[name]]
            met[name] += 1
            theirs = next(said, ["nothing"])
            count.that(mine == theirs, "the library says", theirs[0], theirs[-1],
                       "and not", mine[0], name, "of", text)
    count.that(next(said, None) is None, "the library says more than was asked")
    for name in ["accepted", *d.STATUS] if sum(met.values()) > 5000 else []:
        count.that(met[name] > 0, "no input was", name)
    return count.end()


def main(arguments):
    if arguments[:1] == ["page"] and len(arguments) == 2:
        return page(arguments[1])
    if arguments == ["made"]:
        return made(sys.stdin)
    if arguments[:1] == ["mutate"] and len(arguments) == 3:
        return mutate(sys.stdin, int(arguments[1]), int(arguments[2]))
    if arguments[:1] == ["read"] and len(arguments) == 2:
        return read(sys.stdin, arguments[1])
    print(__doc__.strip(), file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
