-- What a client called itself when its device was seen last (client-server API,
-- GET /admin/whois); NULL: not yet, empty: it did not say.  Writes: as seen_at.
ALTER TABLE device ADD COLUMN seen_agent TEXT;
