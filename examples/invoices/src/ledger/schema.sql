CREATE TABLE customers (
    id     INTEGER PRIMARY KEY,
    name   TEXT NOT NULL,
    -- The name in lower case: SQLite's own lower() knows ASCII only.
    folded TEXT NOT NULL
) STRICT;

-- An invoice's number is FV/year/month/sequence; period is year * 100 + month.
CREATE TABLE invoices (
    period      INTEGER NOT NULL,
    sequence    INTEGER NOT NULL CHECK (sequence > 0),
    customer_id INTEGER NOT NULL REFERENCES customers (id),
    issued      TEXT    NOT NULL,
    due         TEXT    NOT NULL CHECK (due >= issued),
    total_cents INTEGER NOT NULL CHECK (total_cents > 0),
    paid_cents  INTEGER NOT NULL DEFAULT 0 CHECK (paid_cents BETWEEN 0 AND total_cents),
    PRIMARY KEY (period, sequence)
) STRICT, WITHOUT ROWID;

CREATE INDEX invoices_by_customer ON invoices (customer_id);
CREATE INDEX invoices_unpaid ON invoices (due) WHERE paid_cents < total_cents;

CREATE TABLE payments (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    period       INTEGER NOT NULL,
    sequence     INTEGER NOT NULL,
    amount_cents INTEGER NOT NULL CHECK (amount_cents > 0),
    booked_at    TEXT    NOT NULL DEFAULT (strftime('%FT%TZ', 'now')),
    FOREIGN KEY (period, sequence) REFERENCES invoices (period, sequence)
) STRICT;
