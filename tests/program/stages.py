# SPDX-License-Identifier: MIT
"""What `engagement flow` and `funnel` should print for the model of stages.sh and for steps
with conditions, worked out by SQL in SQLite from the same file, and by fractions: an
answer that shares nothing with the library's but the definitions in docs/metrics.md.

    python3 stages.py FILE COMMAND NAME=VALUE...

A customer is `known` from the first event of the kinds on, and `regular` while there
are `least` of them in the last `days` of 24 hours.
"""
import csv
import datetime
import fractions
import sqlite3
import sys

DAY = 86400000
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
STAGES = ("none", "known", "regular")


def milliseconds(text):
    if "T" not in text and " " not in text:
        text += "T00:00:00Z"
    at = datetime.datetime.fromisoformat(text.replace("Z", "+00:00").replace(" ", "T"))
    if at.tzinfo is None:
        at = at.replace(tzinfo=datetime.timezone.utc)
    return (at - EPOCH + datetime.timedelta(microseconds=500)) // datetime.timedelta(milliseconds=1)


def iso(ms):
    at = EPOCH + datetime.timedelta(milliseconds=ms)
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + "%03dZ" % (ms % 1000)


def load(path):
    db = sqlite3.connect(":memory:")
    db.execute("CREATE TABLE e (customer TEXT, t INT, kind TEXT, cents INT, channel TEXT)")
    with open(path, newline="", encoding="utf-8") as file:
        rows = csv.DictReader(file)
        who = next(n for n in rows.fieldnames if n in ("customer", "customer_id"))
        when = next(n for n in rows.fieldnames if n in ("ts", "time", "date"))
        db.executemany("INSERT INTO e VALUES (?, ?, ?, ?, ?)", (
            (r[who], milliseconds(r[when]), r.get("kind") or "purchase",
             round(float(r.get("amount") or 0) * 100), r.get("channel", "")) for r in rows))
    return db


def changes(db, asked):
    """Every change of stage of every customer up to `to`, with the time of the next one; and
    as a change the first event of any kind, from -1."""
    db.execute("CREATE TABLE o AS SELECT customer, t FROM e WHERE t <= %d AND (%s)"
               % (asked["to"], asked["which"]))
    db.execute("CREATE INDEX i ON o (customer, t)")
    db.execute('''CREATE TABLE c AS WITH instant AS (
          SELECT customer, t FROM o UNION SELECT customer, t + %(w)d FROM o WHERE t + %(w)d <= %(to)d
          UNION SELECT customer, min(t) FROM e GROUP BY customer HAVING min(t) <= %(to)d),
        staged AS (SELECT customer, t, CASE WHEN t < ifnull((SELECT min(t) FROM o
            WHERE o.customer = instant.customer), t + 1) THEN 0 ELSE 1 + ((SELECT count(*) FROM o
            WHERE o.customer = instant.customer AND o.t <= instant.t AND o.t > instant.t - %(w)d)
            >= %(n)d) END AS stage FROM instant),
        moved AS (SELECT *, lag(stage, 1, -1) OVER (PARTITION BY customer ORDER BY t) AS was FROM staged)
        SELECT customer, t, was, stage, lead(t) OVER (PARTITION BY customer ORDER BY t) AS ends
        FROM moved WHERE was != stage'''
               % {"w": int(asked["days"]) * DAY, "n": int(asked["least"]), "to": asked["to"]})


def stage_at(db, t):
    return dict(db.execute(
        "SELECT customer, stage FROM c WHERE t <= ? AND (ends IS NULL OR ends > ?)", (t, t)))


def series(db, asked, out):
    changes(db, asked)
    everybody = db.execute("SELECT count(DISTINCT customer) FROM e").fetchone()[0]
    year, month = (int(n) for n in asked["from"].split("-")[:2])
    out.writerow(["period", "stage", "rank", "customers"])
    while milliseconds("%d-%02d-01" % (year, month)) <= asked["to"]:
        name = "%d-%02d" % (year, month)
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        end = min(milliseconds("%d-%02d-01" % (year, month)) - 1, asked["to"])
        at = list(stage_at(db, end).values())
        counts = [everybody - len(at) + at.count(0), at.count(1), at.count(2)]
        for rank, stage in enumerate(STAGES):
            out.writerow([name, stage, rank, counts[rank]])


def quantile(lengths, percent):
    """Kaplan and Meier, exactly: lengths are (days, ended)."""
    lasting = fractions.Fraction(1)
    for day in sorted({d for d, _ in lengths}):
        at_risk = sum(d >= day for d, _ in lengths)
        lasting *= 1 - fractions.Fraction(sum(d == day and e for d, e in lengths), at_risk)
        if lasting <= 1 - fractions.Fraction(percent, 100):
            return day
    return ""


def stays(db, asked, out):
    changes(db, asked)
    out.writerow(["stage", "rank", "customers", "stays", "ended", "going_on", "p25_days",
                  "median_days", "p75_days"])
    for rank, stage in enumerate(STAGES):
        rows = db.execute("SELECT customer, t, ends FROM c WHERE stage = ? AND t >= ?",
                          (rank, milliseconds(asked["from"]))).fetchall()
        lengths = [(((asked["to"] if e is None else e) - t) // DAY, e is not None) for _, t, e in rows]
        ended = sum(e for _, e in lengths)
        out.writerow([stage, rank, len({r[0] for r in rows}), len(rows), ended, len(rows) - ended]
                     + [quantile(lengths, p) for p in (25, 50, 75)])


def moves(db, asked, out):
    changes(db, asked)
    start = milliseconds(asked["from"])
    before, after = stage_at(db, start), stage_at(db, asked["to"])
    stage = STAGES.index(asked.get("entered") or asked["left"])
    column = "stage" if asked.get("entered") else "was"
    is_in, was_in = (after, before) if asked.get("entered") else (before, after)
    out.writerow(["customer", "from", "to", "time"])
    for customer in sorted(set(before) | set(after)):
        if is_in.get(customer, 0) != stage or was_in.get(customer, 0) == stage:
            continue
        time = db.execute("SELECT max(t) FROM c WHERE customer = ? AND %s = ?" % column,
                          (customer, stage)).fetchone()[0]
        out.writerow([customer, STAGES[before.get(customer, 0)], STAGES[after.get(customer, 0)], iso(time)])


def funnel(db, asked, out):
    """Steps are conditions in SQL; of no two events of one instant does it matter which is first."""
    steps = asked["steps"].split(";")
    db.execute('''CREATE TABLE o AS SELECT *, row_number() OVER (PARTITION BY customer ORDER BY t) AS n
        FROM e WHERE t <= %d''' % asked["to"])
    db.execute("CREATE INDEX j ON o (customer, n)")
    db.execute("CREATE TABLE s0 AS SELECT customer, t AS begun, t FROM o WHERE " + steps[0])
    counts = []
    for i, step in enumerate(steps):
        if i > 0:
            db.execute('''CREATE TABLE s%d AS SELECT s.customer, begun, min(o.t) AS t
                FROM s%d AS s JOIN o ON o.customer = s.customer AND o.t > s.t
                WHERE (%s) AND o.t - begun <= %d GROUP BY s.customer, begun, s.t'''
                       % (i, i - 1, step, int(asked["within"])))
        counts.append(db.execute("SELECT count(DISTINCT customer) FROM s%d" % i).fetchone()[0])
    out.writerow(["step", "customers"])
    for i, count in enumerate(counts):
        out.writerow([i + 1, count])


def main():
    path, command, *words = sys.argv[1:]
    asked = dict(w.split("=", 1) for w in words)
    asked["to"] = milliseconds(asked["to"])
    out = csv.writer(sys.stdout, lineterminator="\n")
    {"series": series, "stays": stays, "moves": moves, "funnel": funnel}[command](load(path), asked, out)


main()
