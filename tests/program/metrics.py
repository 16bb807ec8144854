# SPDX-License-Identifier: MIT
"""What `engagement active`, `retention`, `funnel` and `flow` should print, worked out by SQL in
SQLite from the same file: an answer that shares nothing with the library's but the
definitions in docs/metrics.md.

    python3 metrics.py FILE COMMAND NAME=VALUE...

Prints the CSV that the program should. FILE has the columns customer, ts or time, kind.
Its rows are kept in a database of its name in the folder where this runs, for the next
question.
"""
import csv
import datetime
import os
import sqlite3
import sys
import zoneinfo

DAY = 86400000
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def milliseconds(text):
    if "T" not in text and " " not in text:
        text += "T00:00:00Z"
    at = datetime.datetime.fromisoformat(text.replace("Z", "+00:00").replace(" ", "T"))
    if at.tzinfo is None:
        at = at.replace(tzinfo=datetime.timezone.utc)
    return (at - EPOCH + datetime.timedelta(microseconds=500)) // datetime.timedelta(milliseconds=1)


def read(path, db):
    db.execute("CREATE TABLE e (customer TEXT, t INT, kind TEXT, amount TEXT, channel TEXT)")
    with open(path, newline="", encoding="utf-8") as file:
        rows = csv.DictReader(file)
        who = next(n for n in rows.fieldnames if n in ("customer", "customer_id", "user_id", "Id"))
        when = next(n for n in rows.fieldnames if n in ("ts", "time", "date", "timestamp", "Date"))
        db.executemany(
            "INSERT INTO e VALUES (?, ?, ?, ?, ?)",
            ((r[who], milliseconds(r[when]), r.get("kind") or r.get("event") or "purchase", r.get("amount", ""),
              r.get("channel", "")) for r in rows))
    db.commit()


def load(path, asked):
    kept = os.path.basename(path) + ".sqlite"
    if os.path.exists(kept) and os.path.getmtime(kept) < os.path.getmtime(path):
        os.remove(kept)
    new = not os.path.exists(kept)
    raw = sqlite3.connect(kept)
    if new:
        read(path, raw)
    raw.close()
    db = sqlite3.connect(":memory:")
    db.create_function("day_of", 1, lambda t: day_of(t, asked))
    db.execute("ATTACH ? AS raw", (kept,))
    db.execute("CREATE TABLE ever AS SELECT * FROM raw.e WHERE %s"
               % (kinds(asked["only"]) if "only" in asked else "1"))
    db.execute("CREATE TABLE e AS SELECT * FROM ever WHERE t <= %d" % asked["as_of"])
    db.execute("CREATE TABLE d AS SELECT *, day_of(t) AS day FROM e")
    return db


def day_of(t, asked):
    """Days since 1970 in the zone, from the start of the business day."""
    shift = asked["zone"] * 60000
    if "tz" in asked:
        at = EPOCH + datetime.timedelta(milliseconds=t)
        shift = at.astimezone(asked["tz"]).utcoffset() // datetime.timedelta(milliseconds=1)
    return (t + shift - asked["day_start"] * 60000) // DAY


def start_of(day, asked):
    """The first millisecond of a business day."""
    if "tz" not in asked:
        return day * DAY - (asked["zone"] - asked["day_start"]) * 60000
    hours, minutes = divmod(asked["day_start"], 60)
    at = datetime.datetime.combine(datetime.date(1970, 1, 1) + datetime.timedelta(day),
                                   datetime.time(hours, minutes), asked["tz"])
    return (at - EPOCH) // datetime.timedelta(milliseconds=1)


PERIOD = {
    "day": "day",
    "week": "(day + 3) / 7",
    "month": "CAST(strftime('%Y', day * 86400, 'unixepoch') AS INT) * 12"
             " + CAST(strftime('%m', day * 86400, 'unixepoch') AS INT) - 1",
    "quarter": "CAST(strftime('%Y', day * 86400, 'unixepoch') AS INT) * 4"
               " + (CAST(strftime('%m', day * 86400, 'unixepoch') AS INT) - 1) / 3",
    "year": "CAST(strftime('%Y', day * 86400, 'unixepoch') AS INT)",
}


def kinds(names):
    return "kind IN (%s)" % ",".join("'%s'" % n for n in names.split("+"))


def periods(db, asked):
    """The SQL of a period, and what names and ends period number n."""
    every = asked["period"]
    if every in PERIOD:
        sql = PERIOD[every]
    else:
        first = db.execute("SELECT min(day) FROM d WHERE " + kinds(asked["base"])).fetchone()[0]
        sql = "(day - %d) / %d" % (first, int(every))

    def first_day(n):
        if every == "day":
            date = datetime.date(1970, 1, 1) + datetime.timedelta(n)
        elif every == "week":
            date = datetime.date(1970, 1, 1) + datetime.timedelta(7 * n - 3)
        elif every == "month":
            date = datetime.date(n // 12, n % 12 + 1, 1)
        elif every == "quarter":
            date = datetime.date(n // 4, n % 4 * 3 + 1, 1)
        elif every == "year":
            date = datetime.date(n, 1, 1)
        else:
            date = datetime.date(1970, 1, 1) + datetime.timedelta(first + int(every) * n)
        return date

    def name(n):
        date = first_day(n)
        if every == "week":
            return "%d-W%02d" % date.isocalendar()[:2]
        if every == "month":
            return date.strftime("%Y-%m")
        if every == "quarter":
            return "%d-Q%d" % (date.year, (date.month + 2) // 3)
        if every == "year":
            return str(date.year)
        return date.isoformat()

    def ended(n):
        """Whether the period before number n is over."""
        days = (first_day(n) - datetime.date(1970, 1, 1)).days
        return start_of(days, asked) <= asked["as_of"] + 1

    return sql, name, ended


def last_period(db, asked, sql):
    day = day_of(asked["as_of"], asked)
    return db.execute("SELECT %s FROM (SELECT %d AS day)" % (sql, day)).fetchone()[0]


def active(db, asked, out):
    sql, name, ended = periods(db, asked)
    db.execute("CREATE TABLE a AS SELECT DISTINCT customer, %s AS p FROM d WHERE %s"
               % (sql, kinds(asked["events"])))
    db.execute("CREATE INDEX i ON a (customer, p)")
    rows = dict((r[0], [int(n) for n in r[1:]]) for r in db.execute("""
        WITH b AS (SELECT p, lag(p) OVER (PARTITION BY customer ORDER BY p) AS q FROM a)
        SELECT p, count(*), sum(q IS NULL), sum(q IS p - 1), total(q < p - 1)
        FROM b GROUP BY p"""))
    dormant = dict(db.execute("""
        SELECT p + 1, count(*) FROM a
        WHERE NOT EXISTS (SELECT 1 FROM a AS n WHERE n.customer = a.customer AND n.p = a.p + 1)
        GROUP BY p"""))
    out.writerow(["period", "active", "new", "returning", "resurrected", "dormant"])
    for p in range(min(rows), last_period(db, asked, sql) + 1):
        out.writerow([name(p), *rows.get(p, (0, 0, 0, 0)),
                      dormant.get(p, 0) if ended(p + 1) else ""])


def rolling(db, asked, out):
    db.execute("CREATE TABLE a AS SELECT DISTINCT customer, day FROM d WHERE "
               + kinds(asked["events"]))
    db.execute("CREATE INDEX i ON a (day, customer)")
    first = db.execute("SELECT min(day) FROM a").fetchone()[0]
    out.writerow(["day", "dau", "wau", "mau"])
    for day in range(first, last_period(db, asked, "day") + 1):
        date = datetime.date(1970, 1, 1) + datetime.timedelta(day)
        out.writerow([date.isoformat()] + [
            db.execute("SELECT count(DISTINCT customer) FROM a WHERE day > ? AND day <= ?",
                       (day - w, day)).fetchone()[0] for w in (1, 7, 30)])


def retention(db, asked, out):
    sql, name, ended = periods(db, asked)
    length = {"day": 1, "week": 7}.get(asked["period"]) or asked["period"]
    since = ("(d.t - f.t) / (%s * %d)" % (length, DAY) if asked.get("own_clock")
             else "(%s) - f.p" % sql)
    db.execute("""
        CREATE TABLE f AS SELECT customer, min(t) AS t, min(%s) AS p FROM d WHERE %s
        GROUP BY customer""" % (sql, kinds(asked["base"])))
    db.execute("""
        CREATE TABLE b AS SELECT d.customer, f.p, %s AS n, amount FROM d JOIN f USING (customer)
        WHERE d.t >= f.t AND %s""" % (since, kinds(asked["back"])))
    sizes = dict(db.execute("SELECT p, count(*) FROM f GROUP BY p"))
    first, last = min(sizes), last_period(db, asked, sql)
    if "brackets" in asked:
        edges = [int(e) for e in asked["brackets"].split("+")]
        names = ["p%d" % a if a + 1 == b else "p%d_%d" % (a, b - 1)
                 for a, b in zip(edges, edges[1:])]
    else:
        edges = list(range(last - first + 2))
        names = ["p%d" % a for a in edges[:-1]]
    unbounded = asked.get("mode") == "unbounded"
    counts = {}
    for j, (a, b) in enumerate(zip(edges, edges[1:])):
        for p, n, cents in db.execute(
                """SELECT p, count(DISTINCT customer),
                     sum(CAST(replace(printf('%%.2f', amount), '.', '') AS INT))
                   FROM b WHERE n >= ? %s GROUP BY p""" % ("" if unbounded else "AND n < ?"),
                (a,) if unbounded else (a, b)):
            counts[p, j] = (n, cents)
    out.writerow(["cohort", "size"] + names)
    for p in range(first, last + 1):
        cells = []
        for j, b in enumerate(edges[1:]):
            if asked.get("own_clock"):
                days = periods_start(asked, p + 1, db) + b * int(length) * DAY
                over = days <= asked["as_of"] + 2
            else:
                over = ended(p + b)
            n, cents = counts.get((p, j), (0, 0))
            if asked.get("money"):
                n = "%s%d.%02d" % ("-" if cents < 0 else "", abs(cents) // 100,
                                   abs(cents) % 100)
            cells.append(n if over else "")
        out.writerow([name(p), sizes.get(p, 0)] + cells)


# The numbers of kinds say which of two events of one instant comes first.
NUMBERS = {"visit": 2, "signup": 4, "login": 3, "unsubscribe": 7, "support": 10,
           "email_open": 12, "click": 13, "search": 20, "view": 21, "wishlist": 24,
           "cart": 30, "checkout": 32, "purchase": 34, "refund": 35, "rating": 55,
           "review": 56, "share": 66, "referral": 67,
           "main": 2, "catalog": 21, "product1": 21, "product2": 21, "delivery_choice": 32,
           "payment_done": 34}


def funnel(db, asked, out):
    steps, within = asked["steps"].split("-"), int(asked["within"])
    db.execute("CREATE TABLE k (kind TEXT, number INT)")
    db.executemany("INSERT INTO k VALUES (?, ?)", NUMBERS.items())
    db.execute('''CREATE TABLE o AS SELECT customer, t, kind,
        row_number() OVER (PARTITION BY customer ORDER BY t, ifnull(number, 1000)) AS n
        FROM d LEFT JOIN k USING (kind)''')
    db.execute("CREATE INDEX j ON o (customer, n)")
    db.execute("CREATE TABLE s0 AS SELECT customer, t AS begun, n FROM o WHERE " + kinds(steps[0]))
    if asked.get("once"):
        db.execute("DELETE FROM s0 WHERE n > (SELECT min(n) FROM s0 AS f WHERE f.customer = s0.customer)")
    counts = []
    for i, step in enumerate(steps):
        if i > 0:
            db.execute('''CREATE TABLE s%d AS SELECT s.customer, begun, min(o.n) AS n
                FROM s%d AS s JOIN o ON o.customer = s.customer AND o.n %s s.n %s
                WHERE %s AND o.t - begun <= %d GROUP BY s.customer, begun, s.n'''
                       % (i, i - 1, "=" if asked.get("strict") else ">",
                          "+ 1" if asked.get("strict") else "", kinds(step), within))
        counts.append(db.execute("SELECT count(DISTINCT customer) FROM s%d" % i).fetchone()[0])
    out.writerow(["step", "customers"])
    for name, count in zip(asked["names"].split("-"), counts):
        out.writerow([name, count])


def flow(db, asked, out):
    """The model of metrics.sh: a looker came, a buyer bought, a regular did so twice in 90 days.
    Who comes later is a customer in stage none."""
    ranks = """SELECT customer, CASE
          WHEN sum(%(buy)s AND t > %(at)d - 90 * %(day)d AND t <= %(at)d) >= 2 THEN 3
          WHEN sum(%(buy)s AND t <= %(at)d) >= 1 THEN 2
          WHEN sum(%(look)s AND t <= %(at)d) >= 1 THEN 1 ELSE 0 END AS rank
        FROM ever GROUP BY customer"""

    def moment(time):
        return ranks % {"buy": kinds(asked["buy"]), "look": kinds(asked["look"]), "day": DAY,
                        "at": time}
    names = ("none", "looker", "buyer", "regular")
    out.writerow(["from", "to", "customers"])
    for a, b, n in db.execute("""
            SELECT x.rank, y.rank, count(*) FROM (%s) AS x JOIN (%s) AS y USING (customer)
            GROUP BY 1, 2 ORDER BY 1, 2"""
                              % (moment(milliseconds(asked["from"])), moment(asked["as_of"]))):
        out.writerow([names[a], names[b], n])


def periods_start(asked, n, db):
    """When period n starts; for days, weeks and days of 24 hours alone."""
    shift = (asked["zone"] - asked["day_start"]) * 60000
    if asked["period"] == "week":
        return (7 * n - 3) * DAY - shift
    if asked["period"] == "day":
        return n * DAY - shift
    first = db.execute("SELECT min(day) FROM d WHERE " + kinds(asked["base"])).fetchone()[0]
    return (first + n * int(asked["period"])) * DAY - shift


def main():
    path, command, *words = sys.argv[1:]
    asked = dict(w.split("=", 1) for w in words)
    asked["as_of"] = milliseconds(asked["as_of"])
    if "tz" in asked:
        asked["tz"] = zoneinfo.ZoneInfo(asked["tz"])
    asked["zone"] = int(asked.get("zone", 0))
    asked["day_start"] = int(asked.get("day_start", 0))
    db = load(path, asked)
    out = csv.writer(sys.stdout, lineterminator="\n")
    {"active": active, "rolling": rolling, "retention": retention,
     "funnel": funnel, "flow": flow}[command](db, asked, out)


main()
