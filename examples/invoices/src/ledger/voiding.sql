-- A void invoice keeps its number, and nobody owes it.
ALTER TABLE invoices ADD COLUMN voided_at TEXT CHECK (voided_at IS NULL OR paid_cents = 0);

DROP INDEX invoices_unpaid;
CREATE INDEX invoices_unpaid ON invoices (due) WHERE paid_cents < total_cents AND voided_at IS NULL;
